UPDATE updates
SET
    state = 'cancelled',
    at = $2
WHERE
    run_id = $1
    AND state = 'held'
    AND hold_reason = 'mass_change'
