-- The updates whose listings list_again.sql takes back.
UPDATE updates
SET
    state = $3,
    code = 'no_item',
    hold_reason = 'mass_change',
    at = $4
WHERE
    run_id = $1
    AND state = 'delisted'
    AND listing_id IN (
        SELECT l.id
        FROM listings AS l
        INNER JOIN listings AS a ON a.account_id = l.account_id
        WHERE
            a.id = $2
            AND l.status = 'listed'
    )
