UPDATE applied_states
SET
    version = $4,
    busy_until = NULL,
    sends = sends - CAST($3 AS BIGINT),
    sent = CASE WHEN sends > CAST($3 AS BIGINT) THEN sent END
WHERE
    listing_id = $1
    AND busy_until = $2
