-- A parked update is kept, however old its run is: it is still to be sent.
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
