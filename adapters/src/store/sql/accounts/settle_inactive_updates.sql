UPDATE updates
SET
    state = 'failed',
    code = 'account_inactive'
WHERE
    state IN ('queued', 'parked')
    AND EXISTS (
        SELECT 1
        FROM listings AS l
        INNER JOIN accounts AS a ON a.id = l.account_id
        WHERE
            l.id = updates.listing_id
            AND a.active = 0
    )
