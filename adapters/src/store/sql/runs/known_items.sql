-- CROSS JOIN keeps this order on SQLite: the items of a page are few.
SELECT
    l.id,
    l.account_id,
    l.asin,
    l.item_id,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock,
    s.sold_out_since,
    s.sale_yen,
    s.applied_at,
    s.busy_until,
    s.sends,
    s.sent,
    s.sent_until,
    d.price_yen AS desired_price_yen,
    d.visible AS desired_visible,
    d.stock AS desired_stock,
    d.version AS desired_version,
    d.hold_reason
FROM {texts}
CROSS JOIN listings AS l
CROSS JOIN applied_states AS s
LEFT JOIN desired_states AS d ON d.listing_id = l.id
WHERE
    l.account_id = $2
    AND l.item_id = CAST(r.value AS BIGINT)
    AND l.status = 'listed'
    AND s.listing_id = l.id
ORDER BY l.id
