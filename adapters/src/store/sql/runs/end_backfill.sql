UPDATE runs
SET backfill_ended_at = $2
WHERE
    id = $1
    AND state = 'backfilling'
    AND backfill_ended_at IS NULL
