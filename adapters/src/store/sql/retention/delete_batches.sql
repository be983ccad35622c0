DELETE FROM batches
WHERE
    run_id = $1
    AND no IN (
        SELECT o.no
        FROM batches AS o
        WHERE o.run_id = $1
        LIMIT $2
    )
