-- Of the edits that are not confirmed, so many are known to have had no effect; the others are not
-- on their way any more. Only the holder of the lease releases it.
UPDATE applied_states
SET
    busy_until = NULL,
    sends = sends - CAST($3 AS BIGINT),
    sent = CASE WHEN sends > CAST($3 AS BIGINT) THEN sent END,
    sent_until = $4
WHERE
    listing_id = $1
    AND busy_until = $2
