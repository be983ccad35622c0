SELECT id
FROM runs
WHERE
    kind = $1
    AND state IN ('running', 'backfilling', 'held')
