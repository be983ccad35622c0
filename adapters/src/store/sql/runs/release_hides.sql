-- An earlier hold of the listing becomes visible again.
UPDATE updates
SET
    state = 'queued',
    hold_reason = (
        SELECT d.hold_reason
        FROM desired_states AS d
        WHERE d.listing_id = updates.listing_id
    ),
    at = $2
WHERE
    run_id = $1
    AND state = 'held'
    AND hold_reason = 'mass_change'
