-- With duplicates, in any order: sorting a million texts takes longer on a server than in the
-- caller.
SELECT {joined} AS asins
FROM (
    SELECT l.asin AS text
    FROM listings AS l
    INNER JOIN accounts AS a ON a.id = l.account_id
    LEFT JOIN products AS p ON p.asin = l.asin
    WHERE
        l.status = 'listed'
        AND l.item_id IS NOT NULL
        AND a.active = 1
        AND p.invalid_since IS NULL
        AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
) AS r
