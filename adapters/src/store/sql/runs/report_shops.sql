-- A row for each changed product in each shop that lists it, and a row for each update.
SELECT
    a.id AS account_id,
    a.name,
    COUNT(*) FILTER (WHERE c.price_changed = 1) AS price_changes,
    COUNT(*) FILTER (WHERE c.stock_change = 'to_out') AS to_out,
    COUNT(*) FILTER (WHERE c.stock_change = 'to_in') AS to_in,
    COUNT(*) FILTER (WHERE c.state = 'applied') AS applied,
    COUNT(*) FILTER (WHERE c.state = 'applied' AND c.from_visible = 1 AND c.to_visible = 0) AS hidden,
    COUNT(*) FILTER (WHERE c.state = 'applied' AND c.from_visible = 0 AND c.to_visible = 1) AS shown,
    COUNT(*) FILTER (WHERE c.hold_reason IS NOT NULL) AS held,
    COUNT(*) FILTER (WHERE c.state = 'failed') AS failed,
    COUNT(*) FILTER (WHERE c.state = 'parked' AND c.code IS NULL) AS parked,
    COUNT(*) FILTER (WHERE c.state = 'parked' AND c.code = 'hours') AS for_hours,
    COUNT(*) FILTER (WHERE c.state = 'delisted') AS delisted
FROM
    (
        SELECT
            l.account_id,
            CASE WHEN o.old_price_yen <> o.new_price_yen THEN 1 ELSE 0 END AS price_changed,
            o.stock_change,
            NULL AS state,
            NULL AS code,
            NULL AS hold_reason,
            0 AS from_visible,
            0 AS to_visible
        FROM outcomes AS o
        INNER JOIN listings AS l ON l.asin = o.asin
        INNER JOIN accounts AS s ON s.id = l.account_id
        WHERE
            o.run_id = $1
            AND (
                o.old_price_yen <> o.new_price_yen
                OR o.stock_change IS NOT NULL
            )
            AND l.status = 'listed'
            AND s.active = 1
        UNION ALL
        SELECT
            l.account_id,
            0 AS price_changed,
            NULL AS stock_change,
            u.state,
            u.code,
            u.hold_reason,
            u.from_visible,
            u.to_visible
        FROM updates AS u
        INNER JOIN listings AS l ON l.id = u.listing_id
        WHERE
            u.run_id = $1
            AND (
                u.state IN ('applied', 'failed', 'parked', 'delisted')
                OR u.hold_reason IS NOT NULL
            )
    ) AS c
INNER JOIN accounts AS a ON a.id = c.account_id
WHERE
    CAST($2 AS TEXT) IS NULL
    OR c.account_id = $2
GROUP BY
    a.id,
    a.name
ORDER BY a.id
