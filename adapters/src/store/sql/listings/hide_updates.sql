-- Also the newest update of the listing after it failed or was cancelled: its edit was made, and must not stay
-- below cost.
UPDATE updates
SET
    version = version + 1,
    urgency = 'hide',
    state = CASE WHEN state = 'parked' THEN state ELSE 'queued' END,
    code = NULL,
    hold_reason = $3,
    to_visible = 0,
    to_stock = 0,
    at = $4
WHERE
    listing_id = $1
    AND version = $2
    AND (
        state IN ('queued', 'parked')
        OR (
            state IN ('failed', 'cancelled')
            AND NOT EXISTS (
                SELECT 1
                FROM updates AS n
                WHERE
                    n.listing_id = updates.listing_id
                    AND n.run_id > updates.run_id
            )
        )
    )
