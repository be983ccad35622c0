UPDATE guards
SET
    decided_at = $2,
    decision = $3
WHERE
    run_id = $1
    AND tripped_at IS NOT NULL
    AND decided_at IS NULL
