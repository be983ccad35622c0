-- The listings of a listing's shop, and those that updates of the run have delisted.
SELECT
    (
        SELECT COUNT(*)
        FROM listings AS l
        WHERE
            l.account_id = a.account_id
            AND l.status = 'listed'
    ) AS listed,
    (
        SELECT COUNT(*)
        FROM updates AS u
        INNER JOIN listings AS l ON l.id = u.listing_id
        WHERE
            u.run_id = $1
            AND u.state = 'delisted'
            AND l.account_id = a.account_id
    ) AS delisted
FROM listings AS a
WHERE a.id = $2
