UPDATE shop_reads
SET state = 'open'
WHERE
    run_id = $1
    AND state = 'held'
