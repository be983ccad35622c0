-- A lease that ends after $4 was taken under a wrong clock.
UPDATE applied_states
SET busy_until = $3
WHERE
    listing_id = $1
    AND (busy_until IS NULL OR busy_until <= $2 OR busy_until > $4)
    AND EXISTS (
        SELECT 1
        FROM listings AS l
        INNER JOIN accounts AS a ON a.id = l.account_id
        INNER JOIN desired_states AS d ON d.listing_id = l.id
        WHERE
            l.id = $1
            AND l.status = 'listed'
            AND l.item_id IS NOT NULL
            AND a.active = 1
    )
