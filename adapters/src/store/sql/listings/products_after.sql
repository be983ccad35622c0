SELECT
    asin,
    price_yen,
    price_updated_at,
    CAST(NULL AS BIGINT) AS doubted_price_yen,
    CAST(NULL AS TEXT) AS doubted_at,
    stock,
    filtered_times,
    filtered_why,
    stock_updated_at,
    invalid_since,
    invalid_seen_at
FROM products
WHERE
    asin > $1
    AND (
        price_updated_at IS NOT NULL
        OR stock_updated_at IS NOT NULL
        OR invalid_since IS NOT NULL
    )
ORDER BY asin
LIMIT $2
