UPDATE applied_states
SET
    version = $2,
    busy_until = NULL
WHERE listing_id = $1
