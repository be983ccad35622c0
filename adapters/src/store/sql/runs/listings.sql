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
    s.sends,
    s.sent,
    d.price_yen AS desired_price_yen,
    d.visible AS desired_visible,
    d.stock AS desired_stock,
    d.version AS desired_version,
    d.hold_reason
FROM {texts}
INNER JOIN listings AS l ON l.asin = r.value
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
WHERE
    l.status = 'listed'
    AND l.item_id IS NOT NULL
    AND a.active = 1
    AND (CAST($2 AS TEXT) IS NULL OR l.account_id = $2)
ORDER BY l.id
