-- Each listing with what it must show, what counts as shown, and what bears on it.
SELECT
    l.id,
    l.account_id,
    l.asin,
    l.item_id,
    l.status,
    a.active,
    a.reauthorise_since,
    a.refused_since,
    a.parked_until,
    d.price_yen AS desired_price,
    d.visible AS desired_visible,
    d.hold_reason,
    s.price_yen AS applied_price,
    s.visible AS applied_visible,
    s.applied_at,
    s.busy_until,
    s.sends,
    s.sent,
    s.sold_out_since,
    p.invalid_since,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE
            u.listing_id = l.id
            AND u.state IN ('queued', 'parked')
    ) AS open_updates,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE
            u.listing_id = l.id
            AND u.state = 'held'
            AND u.hold_reason = 'mass_change'
    ) AS held_updates
FROM listings AS l
INNER JOIN accounts AS a ON a.id = l.account_id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN products AS p ON p.asin = l.asin
