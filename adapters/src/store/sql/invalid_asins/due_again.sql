-- A mark of a program before migration 27 has its first instant only. One of the future ($4) is not
-- obeyed. CROSS JOIN makes SQLite begin with the few marks and not with all listings.
SELECT DISTINCT l.asin
FROM products AS p
CROSS JOIN listings AS l
INNER JOIN accounts AS a ON a.id = l.account_id
WHERE
    p.invalid_since IS NOT NULL
    AND l.asin = p.asin
    AND l.status = 'listed'
    AND l.item_id IS NOT NULL
    AND a.active = 1
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND (
        COALESCE(p.invalid_seen_at, p.invalid_since) <= $3
        OR (
            COALESCE(p.invalid_seen_at, p.invalid_since) <= $2
            AND p.invalid_since > $3
        )
        OR COALESCE(p.invalid_seen_at, p.invalid_since) > $4
    )
ORDER BY l.asin
