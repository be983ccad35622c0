-- Products whose copy in the cache tells another price or stock, or an older one.
SELECT p.asin, p.price_yen, c.price_yen AS cached_price_yen, p.stock, c.stock AS cached_stock
FROM products AS p
INNER JOIN cache_entries AS c ON c.asin = p.asin
WHERE
    p.price_yen IS NOT c.price_yen
    OR p.stock IS NOT c.stock
    OR p.stock_updated_at IS NOT c.stock_updated_at
