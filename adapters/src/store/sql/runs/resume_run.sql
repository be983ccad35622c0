UPDATE runs
SET state = 'backfilling'
WHERE
    id = $1
    AND state = 'held'
