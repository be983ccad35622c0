UPDATE guards
SET
    decided_at = $1,
    decision = 'cancelled'
WHERE decided_at IS NULL
