UPDATE applied_states
SET seen_run = $2
FROM {texts}
WHERE applied_states.listing_id = CAST(r.value AS BIGINT)
