-- What may have reached the shop already is finished: its desired state counts as sent.
UPDATE updates
SET
    state = 'cancelled',
    code = NULL,
    at = $2
WHERE
    run_id = $1
    AND state IN ('queued', 'parked')
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
