-- The oldest first, so that with a limit on their number all get their turn.
SELECT l.asin
FROM listings AS l
INNER JOIN accounts AS a ON a.id = l.account_id
LEFT JOIN products AS p ON p.asin = l.asin
WHERE
    l.status IN ('listed', 'pending')
    AND a.active = 1
    AND p.invalid_since IS NULL
    AND (COALESCE(p.basic_info_updated_at, '') < $2 OR p.basic_info_updated_at > (SELECT {latest}))
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
GROUP BY
    l.asin,
    p.basic_info_updated_at
ORDER BY
    COALESCE(p.basic_info_updated_at, ''),
    l.asin
