UPDATE shop_reads
SET missing = $3
WHERE
    run_id = $1
    AND no = $2
