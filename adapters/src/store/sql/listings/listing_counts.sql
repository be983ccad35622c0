SELECT
    a.id AS account_id,
    COUNT(l.id) AS listed,
    COUNT(d.hold_reason) AS held
FROM accounts AS a
LEFT JOIN listings AS l
    ON
        l.account_id = a.id
        AND l.status = 'listed'
LEFT JOIN desired_states AS d ON d.listing_id = l.id
GROUP BY a.id
ORDER BY a.id
