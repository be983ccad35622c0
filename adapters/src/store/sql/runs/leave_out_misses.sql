UPDATE misses
SET state = 'left_out'
WHERE
    run_id = $1
    AND state = 'open'
