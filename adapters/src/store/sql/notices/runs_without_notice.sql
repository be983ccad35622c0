SELECT
    u.id,
    u.kind,
    u.state,
    u.account_id,
    u.dry_run,
    u.started_at,
    u.ended_at
FROM runs AS u
WHERE
    u.dry_run = 0
    AND (
        u.state = 'held'
        OR u.ended_at >= $2
    )
    AND EXISTS (
        SELECT 1
        FROM {texts}
        WHERE NOT EXISTS (
            SELECT 1
            FROM notices AS n
            WHERE
                n.channel = r.value
                AND n.event = 'run/' || u.id || CASE u.state WHEN 'held' THEN '/held' ELSE '/ended' END
        )
    )
ORDER BY
    u.started_at,
    u.id
LIMIT 20
