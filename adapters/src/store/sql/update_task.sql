SELECT
    l.id,
    l.account_id,
    l.asin,
    l.item_id,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock,
    s.busy_until,
    d.price_yen AS desired_price_yen,
    d.visible AS desired_visible,
    d.stock AS desired_stock,
    d.version,
    d.urgency,
    a.parked_until
FROM listings AS l
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
INNER JOIN desired_states AS d ON d.listing_id = l.id
WHERE
    l.id = $1
    AND l.status = 'listed'
    AND l.item_id IS NOT NULL
    AND a.active = 1
