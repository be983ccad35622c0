SELECT
    first_seen_at,
    last_seen_at,
    outcome,
    price_yen,
    offers
FROM observations
WHERE asin = $1
ORDER BY first_seen_at DESC
LIMIT 20
