DELETE FROM guards
WHERE run_id = $1
