SELECT
    owner,
    access_token,
    refresh_token
FROM tokens
ORDER BY owner
