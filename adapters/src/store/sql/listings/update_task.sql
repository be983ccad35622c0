-- A lease has counted as a send.
SELECT
    l.id,
    l.account_id,
    l.asin,
    l.item_id,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock,
    s.busy_until,
    s.sends,
    s.sent,
    d.price_yen AS desired_price_yen,
    d.visible AS desired_visible,
    d.stock AS desired_stock,
    d.version,
    d.urgency,
    p.price_yen AS cost_yen,
    a.parked_until,
    CASE
        WHEN
            s.visible = 1
            AND d.visible = 0
            AND EXISTS (
                SELECT 1
                FROM updates AS u
                INNER JOIN guards AS g ON g.run_id = u.run_id
                WHERE
                    u.listing_id = l.id
                    AND u.state = 'held'
                    AND u.hold_reason = 'mass_change'
                    AND g.tripped_at IS NOT NULL
                    AND g.decided_at IS NULL
            )
            THEN 1
        ELSE 0
    END AS guarded
FROM listings AS l
INNER JOIN accounts AS a ON a.id = l.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
INNER JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN products AS p ON p.asin = l.asin
WHERE
    l.id = $1
    AND l.status = 'listed'
    AND l.item_id IS NOT NULL
    AND a.active = 1
    AND (
        s.sends > 0
        OR NOT {cancelled}
    )
