UPDATE shop_reads
SET
    state = $3,
    missing = COALESCE(CAST($4 AS BIGINT), missing),
    error = $5
WHERE
    run_id = $1
    AND no = $2
    AND state = 'open'
