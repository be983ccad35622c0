-- One row for each listing, however many runs wait for it. CROSS JOIN keeps this order on SQLite:
-- few updates are open, and there are many listings.
SELECT
    l.account_id,
    COUNT(DISTINCT u.listing_id) AS waiting
FROM updates AS u
CROSS JOIN listings AS l
WHERE
    u.state IN ('queued', 'parked')
    AND l.id = u.listing_id
GROUP BY l.account_id
ORDER BY l.account_id
