-- Listings of the run's ASINs that were evaluated and needed no update.
SELECT COUNT(*) AS untouched
FROM outcomes AS o
INNER JOIN runs AS r ON r.id = o.run_id
INNER JOIN listings AS l ON l.asin = o.asin
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN updates AS u
    ON
        u.run_id = o.run_id
        AND u.listing_id = l.id
WHERE
    o.run_id = $1
    AND r.kind IN ('price-stock', 'stale', 'visibility')
    AND l.status = 'listed'
    AND a.active = 1
    AND (CAST($2 AS TEXT) IS NULL OR l.account_id = $2)
    AND u.listing_id IS NULL
