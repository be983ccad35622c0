SELECT
    no,
    step
FROM shop_reads
WHERE
    run_id = $1
    AND state = 'open'
ORDER BY no
