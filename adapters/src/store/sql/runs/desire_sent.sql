-- An older update that is finished, since it may have reached the shop, sends its own state and not the one
-- that the run has just dropped.
UPDATE desired_states
SET
    price_yen = u.to_price_yen,
    visible = u.to_visible,
    stock = u.to_stock,
    version = desired_states.version + 1,
    urgency = u.urgency,
    hold_reason = u.hold_reason,
    computed_at = $2
FROM updates AS c
INNER JOIN updates AS u ON u.listing_id = c.listing_id
WHERE
    c.run_id = $1
    AND c.state = 'cancelled'
    AND c.at = $2
    AND u.state IN ('queued', 'parked')
    AND u.version < c.version
    AND desired_states.listing_id = c.listing_id
    AND desired_states.version = c.version
