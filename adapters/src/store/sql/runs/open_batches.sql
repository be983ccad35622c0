-- Without the batches that represent shops, which are read by steps of their own.
SELECT b.no
FROM batches AS b
WHERE
    b.run_id = $1
    AND b.state = 'open'
    AND b.no > $2
    AND NOT EXISTS (
        SELECT 1
        FROM shop_reads AS q
        WHERE
            q.run_id = b.run_id
            AND q.no = b.no
    )
ORDER BY b.no
LIMIT $3
