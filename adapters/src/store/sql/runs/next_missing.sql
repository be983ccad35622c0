SELECT
    l.id,
    l.account_id,
    l.asin,
    l.item_id,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock
FROM shop_reads AS q
INNER JOIN listings AS l ON l.account_id = q.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
WHERE
    q.run_id = $1
    AND q.no = $2
    AND l.status = 'listed'
    AND l.item_id IS NOT NULL
    AND COALESCE(s.seen_run, '') <> $1
ORDER BY l.id
LIMIT 1
