-- Listings whose newest update failed, and that still differ from their desired state.
SELECT
    u.listing_id,
    d.version,
    d.urgency
FROM updates AS u
INNER JOIN listings AS l ON l.id = u.listing_id
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
INNER JOIN desired_states AS d ON d.listing_id = l.id
WHERE
    u.state = 'failed'
    AND u.listing_id > $1
    AND l.status = 'listed'
    AND a.active = 1
    AND {still_differs}
ORDER BY u.listing_id
LIMIT $2
