UPDATE applied_states
SET busy_until = NULL
WHERE busy_until IS NOT NULL
