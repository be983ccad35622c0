SELECT
    o.asin,
    o.old_price_yen,
    o.new_price_yen,
    p.title
FROM outcomes AS o
LEFT JOIN products AS p ON p.asin = o.asin
WHERE
    o.run_id = $1
    AND o.old_price_yen <> o.new_price_yen
ORDER BY
    ABS(o.new_price_yen - o.old_price_yen) DESC,
    o.asin
LIMIT 10
