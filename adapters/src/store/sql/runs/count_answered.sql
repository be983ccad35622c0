-- Subtracts what the open batches can contain at most: never more than was really answered.
SELECT
    r.asins,
    r.asins - $2 * (
        SELECT COUNT(*)
        FROM batches AS b
        WHERE
            b.run_id = r.id
            AND b.state = 'open'
    ) AS answered
FROM runs AS r
WHERE r.id = $1
