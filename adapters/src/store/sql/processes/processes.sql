SELECT
    id,
    role,
    name,
    queues,
    started_at,
    heard_at,
    stopped_at
FROM processes
ORDER BY
    heard_at DESC,
    id DESC
