-- What waits for an account's reset is not forgotten, however old its run is.
DELETE FROM updates
WHERE
    run_id = $1
    AND listing_id IN (
        SELECT o.listing_id
        FROM updates AS o
        WHERE
            o.run_id = $1
            AND o.state NOT IN ('queued', 'parked')
        LIMIT $2
    )
