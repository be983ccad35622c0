-- Products whose price (`price-changes`) or stock (`stock-changes`) changed on Amazon: $5, with each shop
-- that lists them; in the newest ended run, or with $4 in that run.
SELECT
    o.asin || ' ' || COALESCE(l.account_id, '') AS sort_key,
    l.account_id,
    o.asin,
    l.item_id,
    l.sku,
    p.title,
    CASE
        WHEN CAST($5 AS TEXT) = 'stock-changes' THEN o.stock_change
        ELSE CAST(o.old_price_yen AS TEXT) || ' -> ' || CAST(o.new_price_yen AS TEXT)
    END AS why,
    o.run_id,
    r.ended_at AS at,
    {shown_and_wanted}
FROM outcomes AS o
INNER JOIN runs AS r ON r.id = o.run_id
LEFT JOIN listings AS l
    ON
        l.asin = o.asin
        AND l.status = 'listed'
LEFT JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN products AS p ON p.asin = o.asin
WHERE
    o.run_id = COALESCE(
        $4,
        (
            SELECT n.id
            FROM runs AS n
            WHERE
                n.kind IN ('price-stock', 'stale', 'visibility')
                AND n.ended_at IS NOT NULL
                AND n.dry_run = 0
            ORDER BY n.started_at DESC
            LIMIT 1
        )
    )
    AND (
        (
            CAST($5 AS TEXT) = 'stock-changes'
            AND o.stock_change IS NOT NULL
        )
        OR (
            CAST($5 AS TEXT) = 'price-changes'
            AND o.old_price_yen <> o.new_price_yen
        )
    )
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND o.asin || ' ' || COALESCE(l.account_id, '') > $2
ORDER BY 1
LIMIT $3
