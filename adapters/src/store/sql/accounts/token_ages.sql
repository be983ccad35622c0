SELECT
    owner,
    access_expires_at,
    refreshed_at
FROM tokens
ORDER BY owner
