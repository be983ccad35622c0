SELECT
    id,
    ended_at,
    CASE WHEN report IS NULL THEN 0 ELSE 1 END AS reported
FROM runs
WHERE
    ended_at IS NOT NULL
    AND thinned_at IS NULL
    AND ended_at < $1
    AND (
        ended_at > $2
        OR (
            ended_at = $2
            AND id > $3
        )
    )
ORDER BY
    ended_at,
    id
LIMIT 1
