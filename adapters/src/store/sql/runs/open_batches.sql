SELECT no
FROM batches
WHERE
    run_id = $1
    AND state = 'open'
ORDER BY no
