SELECT
    why,
    COUNT(*) AS times
FROM misses
WHERE
    run_id = $1
    AND why IS NOT NULL
    AND state <> 'fetched'
GROUP BY why
ORDER BY
    2 DESC,
    1
LIMIT 10
