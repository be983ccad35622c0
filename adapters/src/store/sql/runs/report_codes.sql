SELECT
    'failed' AS what,
    COALESCE(code, 'unknown') AS code,
    COUNT(*) AS times
FROM updates
WHERE
    run_id = $1
    AND state = 'failed'
GROUP BY COALESCE(code, 'unknown')
UNION ALL
SELECT
    'held' AS what,
    hold_reason AS code,
    COUNT(*) AS times
FROM updates
WHERE
    run_id = $1
    AND hold_reason IS NOT NULL
GROUP BY hold_reason
ORDER BY
    3 DESC,
    2
