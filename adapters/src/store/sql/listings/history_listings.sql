SELECT
    l.id,
    l.account_id,
    l.asin,
    COALESCE(l.item_id, 0) AS item_id,
    l.sku,
    l.status,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock,
    s.applied_at,
    s.sends,
    s.sent,
    d.price_yen AS desired_price_yen,
    d.visible AS desired_visible,
    d.stock AS desired_stock,
    d.version AS desired_version,
    d.computed_at,
    d.hold_reason
FROM listings AS l
INNER JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
WHERE l.asin = $1
ORDER BY l.account_id
