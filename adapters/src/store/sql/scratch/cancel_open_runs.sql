UPDATE runs
SET
    state = 'cancelled',
    ended_at = $1
WHERE state IN ('running', 'backfilling', 'held')
