SELECT
    a.id AS account_id,
    COUNT(*) FILTER (WHERE l.status = 'listed') AS listed,
    COUNT(*) FILTER (WHERE l.status = 'pending') AS pending,
    COUNT(*) FILTER (WHERE l.status = 'listed' AND d.hold_reason IS NOT NULL) AS held
FROM accounts AS a
LEFT JOIN listings AS l ON l.account_id = a.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
GROUP BY a.id
ORDER BY a.id
