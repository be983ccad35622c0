SELECT 1 AS known
FROM request_costs
WHERE
    run_id = $1
    AND id = $2
