-- An edit of another worker that is in doubt stays in doubt. A caller without a lease confirms all.
UPDATE applied_states
SET
    price_yen = $2,
    visible = $3,
    stock = $4,
    version = $5,
    applied_at = $6,
    sold_out_since = CASE WHEN CAST($4 AS BIGINT) > 0 THEN NULL ELSE sold_out_since END,
    sale_yen = $9,
    busy_until = NULL,
    sends = sends - COALESCE(CAST($8 AS BIGINT), sends),
    sent = CASE WHEN sends > CAST($8 AS BIGINT) THEN sent END
WHERE
    listing_id = $1
    AND (CAST($7 AS TEXT) IS NULL OR busy_until = $7)
