DELETE FROM misses
WHERE
    run_id = $1
    AND asin IN (
        SELECT o.asin
        FROM misses AS o
        WHERE o.run_id = $1
        LIMIT $2
    )
