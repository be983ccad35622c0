UPDATE updates
SET
    version = version + 1,
    urgency = 'hide',
    hold_reason = $3,
    to_visible = 0,
    to_stock = 0,
    at = $4
WHERE
    listing_id = $1
    AND state IN ('queued', 'parked')
    AND version = $2
