-- A queued update counts even when the shop shows the desired state by now: it must be settled.
-- One row for each listing, since every update applies the newest state. CROSS JOIN keeps this
-- order on SQLite: few updates are open, and there are many listings.
SELECT DISTINCT
    d.listing_id,
    d.version,
    d.urgency,
    CASE d.urgency WHEN 'hide' THEN 0 WHEN 'below_cost' THEN 1 ELSE 2 END AS place
FROM updates AS u
CROSS JOIN listings AS l
CROSS JOIN accounts AS a
CROSS JOIN applied_states AS s
CROSS JOIN desired_states AS d
WHERE
    u.state IN ('queued', 'parked')
    AND l.id = u.listing_id
    AND a.id = l.account_id
    AND s.listing_id = l.id
    AND d.listing_id = l.id
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
