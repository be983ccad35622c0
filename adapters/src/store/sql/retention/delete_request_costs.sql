DELETE FROM request_costs
WHERE
    run_id = $1
    AND id IN (
        SELECT o.id
        FROM request_costs AS o
        WHERE o.run_id = $1
        LIMIT $2
    )
