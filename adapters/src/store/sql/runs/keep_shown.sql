-- A dropped state is no longer desired: a message that is still in the queue must not hide the
-- listing. The next run computes the state again.
UPDATE desired_states
SET
    price_yen = s.price_yen,
    visible = s.visible,
    stock = s.stock,
    version = desired_states.version + 1,
    urgency = 'normal',
    computed_at = $2
FROM updates AS u
INNER JOIN applied_states AS s ON s.listing_id = u.listing_id
WHERE
    u.run_id = $1
    AND u.state = 'held'
    AND u.hold_reason = 'mass_change'
    AND desired_states.listing_id = u.listing_id
    AND desired_states.visible = 0
    AND s.visible = 1
