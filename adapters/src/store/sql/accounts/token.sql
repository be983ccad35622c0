SELECT
    access_token,
    refresh_token,
    access_expires_at,
    refreshed_at,
    seed
FROM tokens
WHERE owner = $1
