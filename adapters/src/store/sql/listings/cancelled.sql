-- A part of lease_listing.sql and update_task.sql: the newest update of the listing $1 was cancelled.
EXISTS (
    SELECT 1
    FROM updates AS c
    WHERE
        c.listing_id = $1
        AND c.state = 'cancelled'
        AND NOT EXISTS (
            SELECT 1
            FROM updates AS o
            WHERE
                o.listing_id = $1
                AND (
                    o.state IN ('queued', 'parked')
                    OR o.run_id > c.run_id
                )
        )
)
