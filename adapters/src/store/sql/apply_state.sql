UPDATE applied_states
SET
    price_yen = $2,
    visible = $3,
    stock = $4,
    version = $5,
    applied_at = $6,
    busy_until = NULL
WHERE listing_id = $1
