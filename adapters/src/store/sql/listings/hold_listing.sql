UPDATE desired_states
SET hold_reason = $2
WHERE listing_id = $1
