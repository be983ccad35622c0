UPDATE runs
SET
    state = 'cancelled',
    ended_at = $2
WHERE
    id = $1
    AND state IN ('running', 'backfilling', 'held')
