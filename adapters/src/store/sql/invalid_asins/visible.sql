-- The first hundred, the oldest marks first, each with the number of all. CROSS JOIN makes SQLite begin
-- with the few marks and not with all listings.
SELECT
    l.account_id,
    l.asin,
    l.item_id,
    s.price_yen,
    p.invalid_since,
    COUNT(*) OVER () AS found
FROM products AS p
CROSS JOIN listings AS l
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
WHERE
    p.invalid_since IS NOT NULL
    AND l.asin = p.asin
    AND l.status = 'listed'
    AND l.item_id IS NOT NULL
    AND a.active = 1
    AND s.visible = 1
ORDER BY
    p.invalid_since,
    l.asin,
    l.account_id
LIMIT 100
