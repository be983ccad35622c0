-- A queued one counts also when the listing looks right by now: it has to be settled. One row a
-- listing, since every update brings it to its newest state.
SELECT DISTINCT
    d.listing_id,
    d.version,
    d.urgency,
    CASE d.urgency WHEN 'hide' THEN 0 WHEN 'below_cost' THEN 1 ELSE 2 END AS place
FROM updates AS u
INNER JOIN listings AS l ON l.id = u.listing_id
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
INNER JOIN desired_states AS d ON d.listing_id = l.id
WHERE
    u.state IN ('queued', 'parked')
    AND l.status = 'listed'
    AND a.active = 1
    AND (
        u.state = 'queued'
        OR d.price_yen <> s.price_yen
        OR d.visible <> s.visible
        OR d.stock <> s.stock
    )
ORDER BY
    place,
    d.listing_id
