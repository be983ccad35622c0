SELECT
    n.channel,
    COUNT(CASE WHEN n.state IN ('due', 'sending') THEN 1 END) AS waiting,
    COUNT(CASE WHEN n.state = 'perhaps' THEN 1 END) AS perhaps,
    COUNT(CASE WHEN n.state IN ('refused', 'expired') THEN 1 END) AS lost,
    MAX(CASE WHEN n.state = 'sent' THEN n.settled_at END) AS last_sent_at,
    MAX(CASE WHEN n.state = 'due' THEN n.not_before END) AS not_before,
    (
        SELECT e.error
        FROM notices AS e
        WHERE
            e.channel = n.channel
            AND e.error IS NOT NULL
        ORDER BY
            COALESCE(e.settled_at, e.not_before) DESC,
            e.event
        LIMIT 1
    ) AS error
FROM notices AS n
GROUP BY n.channel
ORDER BY n.channel
