SELECT
    COUNT(*) AS misses,
    COUNT(*) FILTER (WHERE state = 'fetched') AS fetched,
    COUNT(*) FILTER (WHERE state = 'failed' OR (state = 'open' AND $2 = 1)) AS failed
FROM misses
WHERE run_id = $1
