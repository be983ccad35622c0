DELETE FROM findings
WHERE
    run_id = $1
    AND item_id IN (
        SELECT o.item_id
        FROM findings AS o
        WHERE o.run_id = $1
        LIMIT $2
    )
