-- The listings of a listing's shop, those that updates of the run have delisted, and those that were
-- found to be too many.
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
    ) AS delisted,
    (
        SELECT COUNT(*)
        FROM updates AS u
        INNER JOIN listings AS l ON l.id = u.listing_id
        WHERE
            u.run_id = $1
            AND u.state IN ('held', 'failed')
            AND u.code = 'no_item'
            AND l.account_id = a.account_id
    ) AS kept
FROM listings AS a
WHERE a.id = $2
