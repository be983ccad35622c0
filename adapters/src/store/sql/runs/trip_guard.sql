UPDATE guards
SET tripped_at = $2
WHERE
    run_id = $1
    AND tripped_at IS NULL
    AND decided_at IS NULL
