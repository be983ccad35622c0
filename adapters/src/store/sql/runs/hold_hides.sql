-- Parked updates, too: they are not sent yet.
UPDATE updates
SET
    state = 'held',
    code = NULL,
    hold_reason = 'mass_change'
WHERE
    run_id = $1
    AND state IN ('queued', 'parked')
    AND from_visible = 1
    AND to_visible = 0
