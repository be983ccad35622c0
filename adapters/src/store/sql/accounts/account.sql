SELECT
    id,
    platform,
    name,
    active,
    parked_until,
    reauthorise_since,
    reauthorise_why,
    reauthorise_seed,
    proxy_failed_since,
    tokens_refused_since
FROM accounts
WHERE id = $1
