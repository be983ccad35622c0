-- Also settles an update that the guard held while its edit was already being sent.
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
    (
        listing_id = $1
        AND state IN ('queued', 'parked')
        AND version <= $2
    )
    OR (
        listing_id = $1
        AND state = 'held'
        AND hold_reason = 'mass_change'
        AND version <= $2
    )
