SELECT asin
FROM misses
WHERE
    run_id = $1
    AND (state = 'failed' OR (state = 'open' AND $2 = 1))
ORDER BY asin
LIMIT 10
