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
    AND (
        s.sends > 0
        OR d.price_yen <> s.price_yen
        OR d.visible <> s.visible
        OR d.stock IS DISTINCT FROM s.stock
    )
    AND NOT EXISTS (
        SELECT 1
        FROM updates AS n
        WHERE
            n.listing_id = u.listing_id
            AND (
                n.at > u.at
                OR (
                    n.at = u.at
                    AND n.run_id > u.run_id
                )
            )
    )
ORDER BY u.listing_id
LIMIT $2
