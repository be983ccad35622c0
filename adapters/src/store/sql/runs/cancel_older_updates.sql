-- Older updates of the listings whose newest one the run has just dropped: each would send the newest desired
-- state, which a person has cancelled. What may have reached the shop is finished, as in cancel_updates.sql.
UPDATE updates
SET
    state = 'cancelled',
    code = NULL,
    at = $2
WHERE
    run_id <> $1
    AND state IN ('queued', 'parked')
    AND EXISTS (
        SELECT 1
        FROM updates AS c
        WHERE
            c.run_id = $1
            AND c.listing_id = updates.listing_id
            AND c.state = 'cancelled'
            AND c.at = $2
            AND c.version >= updates.version
    )
    AND NOT EXISTS (
        SELECT 1
        FROM applied_states AS s
        WHERE
            s.listing_id = updates.listing_id
            AND s.sends > 0
            AND s.sent LIKE '%{"price":' || updates.to_price_yen
            || ',"visible":' || CASE updates.to_visible WHEN 1 THEN 'true' ELSE 'false' END
            || ',"stock":' || COALESCE(CAST(updates.to_stock AS TEXT), 'null')
            || '}%'
    )
