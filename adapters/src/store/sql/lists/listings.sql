-- Listings with the status $5. No run has such a list, so $4 is none.
SELECT
    l.account_id || ' ' || l.asin AS sort_key,
    l.account_id,
    l.asin,
    l.item_id,
    l.sku,
    p.title,
    NULL AS why,
    NULL AS run_id,
    l.imported_at AS at,
    {shown_and_wanted}
FROM listings AS l
LEFT JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN products AS p ON p.asin = l.asin
WHERE
    l.status = $5
    AND CAST($4 AS TEXT) IS NULL
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND l.account_id || ' ' || l.asin > $2
ORDER BY 1
LIMIT $3
