UPDATE updates
SET
    state = $3,
    code = $4,
    hold_reason = COALESCE($5, hold_reason),
    at = $6
WHERE
    listing_id = $1
    AND state IN ('queued', 'parked')
    AND version <= $2
