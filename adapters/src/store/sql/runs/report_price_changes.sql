SELECT
    c.asin,
    c.old_price_yen,
    c.new_price_yen,
    p.title
FROM
    (
        SELECT
            o.asin,
            o.old_price_yen,
            o.new_price_yen
        FROM outcomes AS o
        WHERE
            o.run_id = $1
            AND o.old_price_yen <> o.new_price_yen
        ORDER BY
            ABS(o.new_price_yen - o.old_price_yen) DESC,
            o.asin
        LIMIT 10
    ) AS c
LEFT JOIN products AS p ON p.asin = c.asin
ORDER BY
    ABS(c.new_price_yen - c.old_price_yen) DESC,
    c.asin
