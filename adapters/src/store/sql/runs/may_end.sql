-- Asked before the row is locked: while its records are written, the run cannot end, and none has to wait.
SELECT 1 AS may_end
FROM runs
WHERE
    id = $1
    AND state = 'backfilling'
    AND backfill_ended_at IS NOT NULL
