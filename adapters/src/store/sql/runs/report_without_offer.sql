-- The newest observation of each, which began before $2.
SELECT
    o.asin,
    COUNT(*) OVER () AS of_all
FROM outcomes AS o
INNER JOIN observations AS n ON n.asin = o.asin
WHERE
    o.run_id = $1
    AND o.outcome = 'out_of_stock'
    AND n.outcome = 'out_of_stock'
    AND n.first_seen_at <= $2
    AND n.first_seen_at = (
        SELECT MAX(l.first_seen_at)
        FROM observations AS l
        WHERE l.asin = o.asin
    )
ORDER BY o.asin
LIMIT 10
