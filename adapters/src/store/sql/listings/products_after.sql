SELECT
    asin,
    price_yen,
    price_updated_at,
    stock,
    filtered_times,
    filtered_why,
    stock_updated_at,
    invalid_since
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
