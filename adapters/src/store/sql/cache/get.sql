SELECT
    p.asin,
    p.price_yen,
    p.price_updated_at,
    CAST(NULL AS BIGINT) AS doubted_price_yen,
    CAST(NULL AS TEXT) AS doubted_at,
    p.stock,
    p.filtered_times,
    p.filtered_why,
    p.stock_updated_at
FROM {texts}
INNER JOIN cache_entries AS p ON p.asin = r.value
