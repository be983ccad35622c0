-- The shops that list each of the ASINs.
SELECT DISTINCT
    l.asin,
    l.account_id
FROM {texts}
INNER JOIN listings AS l ON l.asin = r.value
INNER JOIN accounts AS a ON a.id = l.account_id
WHERE
    l.status = 'listed'
    AND a.active = 1
    AND (
        CAST($2 AS TEXT) IS NULL
        OR l.account_id = $2
    )
ORDER BY
    l.asin,
    l.account_id
