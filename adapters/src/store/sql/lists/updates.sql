-- Updates in the states $5 (separated by spaces): the newest of each listing, if the listing still
-- differs from its desired state; with $4 those of that run.
SELECT
    l.account_id || ' ' || l.asin AS sort_key,
    l.account_id,
    l.asin,
    l.item_id,
    l.sku,
    p.title,
    COALESCE(u.code, u.hold_reason) AS why,
    u.run_id,
    u.at,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock,
    u.to_price_yen AS wanted_price_yen,
    u.to_visible AS wanted_visible,
    u.to_stock AS wanted_stock
FROM updates AS u
INNER JOIN listings AS l ON l.id = u.listing_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
INNER JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN products AS p ON p.asin = l.asin
WHERE
    ' ' || CAST($5 AS TEXT) || ' ' LIKE '% ' || u.state || ' %'
    AND (
        u.run_id = $4
        OR (
            CAST($4 AS TEXT) IS NULL
            AND l.status = 'listed'
            AND {still_differs}
        )
    )
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND l.account_id || ' ' || l.asin > $2
ORDER BY 1
LIMIT $3
