UPDATE updates
SET
    state = 'parked',
    at = $3
WHERE
    listing_id = $1
    AND state = 'queued'
    AND version <= $2
