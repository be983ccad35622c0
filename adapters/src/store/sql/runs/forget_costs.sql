DELETE FROM request_costs
WHERE run_id = $1
