SELECT COUNT(*) AS held
FROM shop_reads
WHERE
    run_id = $1
    AND state = 'held'
