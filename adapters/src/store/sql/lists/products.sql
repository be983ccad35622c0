-- Listings whose product Amazon calls `invalid`, or has not in stock (`sold-out`): $5. No run has such
-- a list, so $4 is none.
SELECT
    l.account_id || ' ' || l.asin AS sort_key,
    l.account_id,
    l.asin,
    l.item_id,
    l.sku,
    p.title,
    CASE WHEN CAST($5 AS TEXT) = 'invalid' THEN 'invalid_asin' ELSE COALESCE(p.filtered_why, p.stock) END AS why,
    NULL AS run_id,
    CASE WHEN CAST($5 AS TEXT) = 'invalid' THEN p.invalid_since ELSE p.stock_updated_at END AS at,
    {shown_and_wanted}
FROM products AS p
INNER JOIN listings AS l ON l.asin = p.asin
INNER JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
WHERE
    l.status = 'listed'
    AND CAST($4 AS TEXT) IS NULL
    AND (
        (
            $5 = 'invalid'
            AND p.invalid_since IS NOT NULL
            AND s.visible = 1
        )
        OR (
            $5 = 'sold-out'
            AND p.stock <> 'in'
        )
    )
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND l.account_id || ' ' || l.asin > $2
ORDER BY 1
LIMIT $3
