-- Findings of the kind $5 in each shop: of its newest complete reading, or with $4 of that run. An
-- unknown item that was imported since is known.
SELECT
    f.account_id || ' ' || CAST(f.item_id AS TEXT) || ' ' || f.run_id AS sort_key,
    f.account_id,
    l.asin,
    f.item_id,
    f.sku,
    p.title,
    NULL AS why,
    f.run_id,
    f.at,
    f.found_price_yen AS shown_price_yen,
    f.found_visible AS shown_visible,
    f.found_stock AS shown_stock,
    f.left_price_yen AS wanted_price_yen,
    f.left_visible AS wanted_visible,
    f.left_stock AS wanted_stock
FROM findings AS f
LEFT JOIN listings AS l ON l.id = f.listing_id
LEFT JOIN products AS p ON p.asin = l.asin
WHERE
    f.kind = $5
    AND (
        f.run_id = $4
        OR (
            CAST($4 AS TEXT) IS NULL
            AND f.run_id = (
                SELECT s.run_id
                FROM shop_reads AS s
                INNER JOIN runs AS r ON r.id = s.run_id
                WHERE
                    s.account_id = f.account_id
                    AND s.state = 'done'
                    AND r.dry_run = 0
                ORDER BY r.started_at DESC
                LIMIT 1
            )
            AND (
                f.kind <> 'unknown'
                OR NOT EXISTS (
                    SELECT 1
                    FROM listings AS k
                    WHERE
                        k.account_id = f.account_id
                        AND k.item_id = f.item_id
                )
            )
        )
    )
    AND (CAST($1 AS TEXT) IS NULL OR f.account_id = $1)
    AND f.account_id || ' ' || CAST(f.item_id AS TEXT) || ' ' || f.run_id > $2
ORDER BY 1
LIMIT $3
