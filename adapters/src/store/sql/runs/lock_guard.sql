-- Transactions that hide something in the run are serialised here, so that each sees the hides of
-- the others.
SELECT
    allowed_percent,
    allowed_count,
    CASE WHEN tripped_at IS NULL THEN 0 ELSE 1 END AS tripped
FROM guards
WHERE
    run_id = $1
    AND decided_at IS NULL
{lock}
