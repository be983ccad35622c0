DELETE FROM shop_reads
WHERE
    run_id = $1
    AND no IN (
        SELECT o.no
        FROM shop_reads AS o
        WHERE o.run_id = $1
        LIMIT $2
    )
