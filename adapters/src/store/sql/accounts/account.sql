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
    tokens_refused_since,
    refused_since,
    refused_party,
    refused_why,
    shop_id,
    shop_seed
FROM accounts
WHERE id = $1
