-- As lock_guard.sql; only a person who has released the run believes that the items are deleted.
SELECT
    allowed_percent,
    allowed_count
FROM guards
WHERE
    run_id = $1
    AND decision IS DISTINCT FROM 'released'
{lock}
