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
WHERE asin > $1
ORDER BY asin
LIMIT $2
