UPDATE updates
SET
    state = 'applied',
    code = NULL,
    to_price_yen = $3,
    to_visible = $4,
    to_stock = $5,
    at = $6
WHERE
    listing_id = $1
    AND state IN ('queued', 'parked')
    AND version <= $2
