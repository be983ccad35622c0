SELECT
    COUNT(*) AS misses,
    COUNT(*) FILTER (WHERE state = 'fetched') AS fetched,
    COUNT(*) FILTER (WHERE state = 'failed' OR (state = 'open' AND $2 = 1)) AS failed,
    COUNT(*) FILTER (WHERE state = 'left_out') AS left_out
FROM misses
WHERE run_id = $1
