-- With a code while it waits for the hours of RUN_HOURS, else for its shop. Also the newest update of the listing after it failed, as in settle_updates.sql.
UPDATE updates
SET
    state = 'parked',
    code = $4,
    at = $3
WHERE
    listing_id = $1
    AND version <= $2
    AND (
        state = 'queued'
        OR (
            state = 'parked'
            AND COALESCE(code, '') <> COALESCE(CAST($4 AS TEXT), '')
        )
        OR (
            state = 'failed'
            AND NOT EXISTS (
                SELECT 1
                FROM updates AS n
                WHERE
                    n.listing_id = updates.listing_id
                    AND n.run_id > updates.run_id
            )
        )
    )
