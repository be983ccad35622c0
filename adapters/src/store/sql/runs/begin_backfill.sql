UPDATE runs
SET state = 'backfilling'
WHERE
    id = $1
    AND state = 'running'
    AND NOT EXISTS (
        SELECT 1
        FROM batches
        WHERE
            run_id = $1
            AND state = 'open'
    )
