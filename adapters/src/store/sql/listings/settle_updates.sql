-- With $7, the newest update of the listing follows also after it failed: a person has sent its message again.
UPDATE updates
SET
    state = $3,
    code = $4,
    hold_reason = COALESCE($5, hold_reason),
    at = $6
WHERE
    listing_id = $1
    AND version <= $2
    AND (
        state IN ('queued', 'parked')
        OR (
            $7 = 1
            AND state = 'failed'
            AND NOT EXISTS (
                SELECT 1
                FROM updates AS n
                WHERE
                    n.listing_id = updates.listing_id
                    AND n.run_id > updates.run_id
            )
        )
    )
