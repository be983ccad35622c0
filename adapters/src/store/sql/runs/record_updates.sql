-- Due updates are queued; holds without an update are recorded as held. An existing row of the
-- run for the listing is moved on: queued again for a newer version, held instead of sent, or
-- equal when a hold has ended. A join and not EXISTS, for which PostgreSQL reads all updates of
-- the run.
INSERT INTO updates (
    run_id,
    listing_id,
    version,
    urgency,
    state,
    code,
    hold_reason,
    from_price_yen,
    from_visible,
    from_stock,
    to_price_yen,
    to_visible,
    to_stock,
    at
)
SELECT
    $2,
    d.listing_id,
    d.version,
    r.value->>'urgency',
    r.value->>'state',
    NULL,
    r.value->>'hold',
    s.price_yen,
    s.visible,
    s.stock,
    d.price_yen,
    d.visible,
    d.stock,
    $3
FROM {rows}
INNER JOIN desired_states AS d ON d.listing_id = CAST(r.value->>'listing' AS BIGINT)
INNER JOIN applied_states AS s ON s.listing_id = d.listing_id
LEFT JOIN updates AS u
    ON
        u.run_id = $2
        AND u.listing_id = d.listing_id
WHERE
    r.value->>'state' <> 'equal'
    OR u.listing_id IS NOT NULL
ON CONFLICT (run_id, listing_id) DO UPDATE SET
    version = excluded.version,
    urgency = excluded.urgency,
    state = CASE
        WHEN
            excluded.state = 'queued'
            AND updates.state IN ('applied', 'equal', 'parked')
            AND excluded.version <= updates.version
            THEN updates.state
        WHEN updates.state = 'delisted'
            THEN updates.state
        WHEN excluded.state = 'queued'
            THEN 'queued'
        WHEN
            excluded.state = 'held'
            AND updates.state IN ('queued', 'parked', 'failed', 'equal')
            THEN 'held'
        WHEN
            excluded.state = 'equal'
            AND updates.state = 'held'
            THEN 'equal'
        ELSE updates.state
    END,
    code = CASE
        WHEN excluded.state = 'equal'
            THEN updates.code
        WHEN
            excluded.state = 'queued'
            AND updates.state = 'parked'
            AND excluded.version <= updates.version
            THEN updates.code
        ELSE NULL
    END,
    hold_reason = excluded.hold_reason,
    to_price_yen = excluded.to_price_yen,
    to_visible = excluded.to_visible,
    to_stock = excluded.to_stock,
    at = excluded.at
