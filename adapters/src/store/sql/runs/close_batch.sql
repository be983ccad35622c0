-- By key, as in batch.sql.
UPDATE batches
SET
    state = $3,
    reported_at = $4
WHERE
    run_id = $1
    AND no = $2
    AND state || '' = 'open'
    AND EXISTS (
        SELECT 1
        FROM runs
        WHERE
            id = $1
            AND state IN ('running', 'backfilling', 'held')
    )
