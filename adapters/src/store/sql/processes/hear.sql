INSERT INTO processes (
    id,
    role,
    name,
    queues,
    started_at,
    heard_at,
    stopped_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET
    heard_at = excluded.heard_at,
    stopped_at = excluded.stopped_at
