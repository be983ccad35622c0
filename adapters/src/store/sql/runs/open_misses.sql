SELECT
    asin,
    attempts
FROM misses
WHERE
    run_id = $1
    AND state = 'open'
ORDER BY
    attempts,
    asin
LIMIT $2
