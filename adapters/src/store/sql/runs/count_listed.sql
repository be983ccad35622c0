-- Distinct ASINs, at most $2: a larger shop is not counted to its end.
SELECT COUNT(*) AS listed
FROM (
    SELECT DISTINCT l.asin
    FROM listings AS l
    INNER JOIN accounts AS a ON a.id = l.account_id
    WHERE
        l.status = 'listed'
        AND l.item_id IS NOT NULL
        AND a.active = 1
        AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    LIMIT $2
) AS shop
