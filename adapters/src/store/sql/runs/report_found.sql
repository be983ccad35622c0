-- The first findings of one kind; `sold_out` is selected by its flag.
SELECT
    f.account_id,
    f.item_id,
    f.sku,
    l.asin,
    f.left_price_yen,
    f.left_visible,
    f.left_stock,
    f.found_price_yen,
    f.found_visible,
    f.found_stock
FROM findings AS f
LEFT JOIN listings AS l ON l.id = f.listing_id
WHERE
    f.run_id = $1
    AND (
        f.kind = $2
        OR (
            $2 = 'sold_out'
            AND f.sold_out = 1
        )
    )
ORDER BY
    f.account_id,
    f.item_id
LIMIT 10
