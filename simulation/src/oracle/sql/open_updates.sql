-- The updates that are not settled, with what bears on them.
SELECT
    u.run_id,
    u.listing_id,
    u.state,
    u.code,
    u.at,
    l.asin,
    l.account_id,
    a.parked_until
FROM updates AS u
INNER JOIN listings AS l ON l.id = u.listing_id
INNER JOIN accounts AS a ON a.id = l.account_id
WHERE
    u.state IN ('queued', 'parked')
    AND l.status = 'listed'
    AND a.active = 1
    AND a.reauthorise_since IS NULL
    AND a.refused_since IS NULL
