SELECT
    id,
    name,
    active,
    parked_until,
    reauthorise_since,
    reauthorise_why,
    proxy_failed_since
FROM accounts
ORDER BY id
