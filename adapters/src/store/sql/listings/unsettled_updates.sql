-- Whatever has become of the listing since: a row must be settled. A parked one counts after the
-- reset only, and with $4 only if it leaves its item hidden or lifts its price from below cost. One row for each
-- listing, since every update applies the newest state. CROSS JOIN keeps this order on SQLite: few updates are open,
-- and there are many listings.
SELECT DISTINCT
    u.listing_id,
    d.version,
    d.urgency
FROM updates AS u
CROSS JOIN listings AS l
CROSS JOIN accounts AS a
CROSS JOIN desired_states AS d
WHERE
    u.state IN ('queued', 'parked')
    AND u.listing_id > $2
    AND l.id = u.listing_id
    AND a.id = l.account_id
    AND d.listing_id = l.id
    AND (
        u.state = 'queued'
        OR (
            COALESCE(a.parked_until, '') <= $1
            AND ($4 = 0 OR d.visible = 0 OR d.urgency = 'below_cost')
        )
    )
ORDER BY u.listing_id
LIMIT $3
