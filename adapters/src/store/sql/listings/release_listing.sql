UPDATE applied_states
SET busy_until = NULL
WHERE listing_id = $1
