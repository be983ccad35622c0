-- The listings that updates of the run have delisted in the shop of listing $2.
UPDATE listings
SET status = 'listed'
WHERE
    status = 'delisted'
    AND account_id = (
        SELECT a.account_id
        FROM listings AS a
        WHERE a.id = $2
    )
    AND id IN (
        SELECT u.listing_id
        FROM updates AS u
        WHERE
            u.run_id = $1
            AND u.state = 'delisted'
    )
