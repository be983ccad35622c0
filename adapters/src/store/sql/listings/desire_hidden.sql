-- A later decision stays: its edit is answered with the price of the sale, too.
UPDATE desired_states
SET
    visible = 0,
    stock = 0,
    version = version + 1,
    hold_reason = $3,
    urgency = 'hide'
WHERE
    listing_id = $1
    AND version = $2
