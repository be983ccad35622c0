-- The runs that have not ended, the newest last.
SELECT
    id,
    kind,
    state,
    started_at,
    (
        SELECT tripped_at
        FROM guards
        WHERE run_id = runs.id
    ) AS tripped_at
FROM runs
WHERE state IN ('running', 'backfilling', 'held')
ORDER BY started_at
