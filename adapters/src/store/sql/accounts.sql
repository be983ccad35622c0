SELECT
    id,
    name,
    active,
    parked_until,
    reauthorise_since
FROM accounts
ORDER BY id
