SELECT
    account_id,
    state,
    items,
    missing,
    error
FROM shop_reads
WHERE run_id = $1
ORDER BY no
