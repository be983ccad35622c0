SELECT
    u.run_id,
    l.account_id,
    u.state,
    COALESCE(u.code, u.hold_reason) AS code,
    u.from_price_yen,
    u.from_visible,
    u.from_stock,
    u.to_price_yen,
    u.to_visible,
    u.to_stock,
    u.at
FROM listings AS l
INNER JOIN updates AS u ON u.listing_id = l.id
WHERE l.asin = $1
ORDER BY
    u.at DESC,
    u.run_id DESC,
    u.listing_id
LIMIT 20
