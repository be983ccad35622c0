UPDATE runs
SET
    state = 'failed',
    error = $2,
    ended_at = $3
WHERE
    id = $1
    AND state IN ('running', 'backfilling', 'held')
