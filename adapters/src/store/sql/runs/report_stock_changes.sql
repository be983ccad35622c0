SELECT
    o.asin,
    o.stock_change,
    p.title
FROM outcomes AS o
LEFT JOIN products AS p ON p.asin = o.asin
WHERE
    o.run_id = $1
    AND o.stock_change = $2
ORDER BY o.asin
LIMIT 10
