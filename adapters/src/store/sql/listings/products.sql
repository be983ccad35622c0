SELECT
    p.asin,
    p.price_yen,
    p.price_updated_at,
    p.doubted_price_yen,
    p.doubted_at,
    p.stock,
    p.filtered_times,
    p.filtered_why,
    p.stock_updated_at,
    p.invalid_since,
    p.invalid_seen_at
FROM {texts}
INNER JOIN products AS p ON p.asin = r.value
