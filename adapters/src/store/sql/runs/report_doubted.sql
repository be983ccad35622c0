SELECT
    o.asin,
    p.price_yen AS old_price_yen,
    o.doubted_price_yen AS new_price_yen,
    p.title
FROM outcomes AS o
INNER JOIN products AS p ON p.asin = o.asin
WHERE
    o.run_id = $1
    AND o.doubted_price_yen IS NOT NULL
    AND p.price_yen IS NOT NULL
ORDER BY
    p.price_yen - o.doubted_price_yen DESC,
    o.asin
LIMIT 10
