-- Also settles an update that the guard held, or a person cancelled, while its edit was already being sent,
-- and one that had failed and was sent again. Of these two, only the newest of the listing: an older one was
-- followed by another state.
UPDATE updates
SET
    state = 'applied',
    code = NULL,
    hold_reason = CASE WHEN hold_reason = 'mass_change' THEN NULL ELSE hold_reason END,
    to_price_yen = $3,
    to_visible = $4,
    to_stock = $5,
    at = $6
WHERE
    listing_id = $1
    AND version <= $2
    AND (
        state IN ('queued', 'parked')
        OR (
            state = 'held'
            AND hold_reason = 'mass_change'
        )
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
