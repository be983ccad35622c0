UPDATE tokens
SET
    access_token = $4,
    refresh_token = $5
WHERE
    owner = $1
    AND access_token = $2
    AND refresh_token = $3
