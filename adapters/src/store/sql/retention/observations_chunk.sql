-- The end of the next chunk of expired observations.
SELECT MAX(c.last_seen_at) AS last_seen_at
FROM (
    SELECT last_seen_at
    FROM observations
    WHERE
        last_seen_at > $1
        AND last_seen_at < $2
    ORDER BY last_seen_at
    LIMIT $3
) AS c
