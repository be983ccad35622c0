-- Held for a person to check: now, or with $4 by that run. An open run holds updates, too.
SELECT
    l.account_id || ' ' || l.asin || ' ' || COALESCE(h.run_id, '') AS sort_key,
    l.account_id,
    l.asin,
    l.item_id,
    l.sku,
    p.title,
    h.why,
    h.run_id,
    h.at,
    s.price_yen AS shown_price_yen,
    s.visible AS shown_visible,
    s.stock AS shown_stock,
    h.price_yen AS wanted_price_yen,
    h.visible AS wanted_visible,
    h.stock AS wanted_stock
FROM
    (
        SELECT
            d.listing_id,
            d.hold_reason AS why,
            NULL AS run_id,
            d.computed_at AS at,
            d.price_yen,
            d.visible,
            d.stock
        FROM desired_states AS d
        INNER JOIN listings AS k ON k.id = d.listing_id
        WHERE
            CAST($4 AS TEXT) IS NULL
            AND d.hold_reason IS NOT NULL
            AND k.status = 'listed'
        UNION ALL
        SELECT
            u.listing_id,
            u.hold_reason AS why,
            u.run_id,
            u.at,
            u.to_price_yen AS price_yen,
            u.to_visible AS visible,
            u.to_stock AS stock
        FROM updates AS u
        INNER JOIN runs AS r ON r.id = u.run_id
        WHERE
            u.hold_reason IS NOT NULL
            AND (
                u.run_id = $4
                OR (
                    CAST($4 AS TEXT) IS NULL
                    AND u.state = 'held'
                    AND u.hold_reason = 'mass_change'
                    AND r.state IN ('running', 'backfilling', 'held')
                )
            )
    ) AS h
INNER JOIN listings AS l ON l.id = h.listing_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN products AS p ON p.asin = l.asin
WHERE
    (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND l.account_id || ' ' || l.asin || ' ' || COALESCE(h.run_id, '') > $2
ORDER BY 1
LIMIT $3
