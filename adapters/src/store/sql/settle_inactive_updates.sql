UPDATE updates
SET
    state = 'failed',
    code = 'account_inactive'
WHERE
    state IN ('queued', 'parked')
    AND listing_id IN (
        SELECT l.id
        FROM listings AS l
        INNER JOIN accounts AS a ON a.id = l.account_id
        WHERE a.active = 0
    )
