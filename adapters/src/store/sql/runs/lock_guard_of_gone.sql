-- As lock_guard.sql; a guard that was lifted was lifted for what the run hides.
SELECT
    allowed_percent,
    allowed_count,
    CASE WHEN tripped_at IS NULL OR decided_at IS NOT NULL THEN 0 ELSE 1 END AS tripped
FROM guards
WHERE
    run_id = $1
    AND (
        decided_at IS NULL
        OR decision = 'lifted'
    )
{lock}
