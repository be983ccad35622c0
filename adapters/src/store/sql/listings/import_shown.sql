INSERT INTO applied_states (
    listing_id,
    price_yen,
    visible,
    stock,
    version
)
SELECT
    l.id,
    CAST(r.value->>'price_yen' AS BIGINT),
    CAST(r.value->>'visible' AS BIGINT),
    CAST(r.value->>'stock' AS BIGINT),
    0
FROM {rows}
INNER JOIN listings AS l
    ON
        l.account_id = r.value->>'account'
        AND l.asin = r.value->>'asin'
WHERE true
ON CONFLICT (listing_id) DO NOTHING
