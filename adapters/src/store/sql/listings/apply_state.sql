UPDATE applied_states
SET
    price_yen = $2,
    visible = $3,
    stock = $4,
    version = $5,
    applied_at = $6,
    sold_out_since = CASE WHEN CAST($4 AS BIGINT) > 0 THEN NULL ELSE sold_out_since END,
    busy_until = NULL
WHERE listing_id = $1
