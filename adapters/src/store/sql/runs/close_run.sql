UPDATE runs
SET
    state = 'done',
    ended_at = $2
WHERE
    id = $1
    AND state = 'backfilling'
    AND backfill_ended_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM guards
        WHERE
            run_id = $1
            AND tripped_at IS NOT NULL
            AND decided_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1
        FROM updates
        WHERE
            run_id = $1
            AND state = 'queued'
    )
    AND NOT EXISTS (
        SELECT 1
        FROM batches
        WHERE
            run_id = $1
            AND state = 'open'
    )
