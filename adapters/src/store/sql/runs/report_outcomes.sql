SELECT
    COUNT(*) FILTER (WHERE outcome = 'success') AS success,
    COUNT(*) FILTER (WHERE outcome = 'out_of_stock') AS out_of_stock,
    COUNT(*) FILTER (WHERE outcome = 'filtered_out') AS filtered_out,
    COUNT(*) FILTER (WHERE outcome = 'api_error') AS api_error,
    COUNT(*) FILTER (WHERE outcome = 'invalid_asin') AS invalid_asin,
    COUNT(*) FILTER (WHERE cache_hit = 1) AS cache_hits,
    COUNT(*) FILTER (WHERE cache_hit = 0) AS cache_misses,
    COUNT(*) FILTER (WHERE cache_hit = 0 AND cache_miss = 'not_cached') AS cache_missing,
    COUNT(*) FILTER (WHERE cache_hit = 0 AND cache_miss = 'stale') AS cache_stale,
    COUNT(*) FILTER (WHERE old_price_yen <> new_price_yen) AS price_changes,
    COUNT(*) FILTER (WHERE ABS(new_price_yen - old_price_yen) >= 100) AS of_100_yen_or_more,
    COUNT(*) FILTER (WHERE doubted_price_yen IS NOT NULL) AS doubted,
    COUNT(*) FILTER (WHERE stock_change = 'to_out') AS to_out,
    COUNT(*) FILTER (WHERE stock_change = 'to_in') AS to_in
FROM outcomes
WHERE run_id = $1
