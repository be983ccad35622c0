UPDATE guards
SET
    tripped_at = $2,
    decided_at = NULL,
    decision = NULL
WHERE
    run_id = $1
    AND (
        decided_at IS NULL
        OR decision = 'lifted'
    )
