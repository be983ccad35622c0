SELECT
    asin,
    old_price_yen,
    new_price_yen
FROM outcomes
WHERE
    run_id = $1
    AND old_price_yen <> new_price_yen
ORDER BY
    ABS(new_price_yen - old_price_yen) DESC,
    asin
LIMIT 10
