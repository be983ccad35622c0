UPDATE misses
SET state = 'failed'
WHERE
    run_id = $1
    AND state = 'open'
