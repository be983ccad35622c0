INSERT INTO tokens (
    owner,
    access_token,
    refresh_token,
    access_expires_at,
    refreshed_at,
    seed
)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (owner) DO UPDATE SET
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    access_expires_at = excluded.access_expires_at,
    refreshed_at = excluded.refreshed_at,
    seed = excluded.seed
WHERE tokens.refreshed_at < excluded.refreshed_at
