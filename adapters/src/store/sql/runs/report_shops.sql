-- A row for each shop that lists a product of the run, or whose listings it updated. `untouched` counts the
-- listings that were evaluated and needed no update.
SELECT
    a.id AS account_id,
    a.name,
    COALESCE(p.untouched, 0) AS untouched,
    COALESCE(p.price_changes, 0) AS price_changes,
    COALESCE(p.to_out, 0) AS to_out,
    COALESCE(p.to_in, 0) AS to_in,
    COALESCE(u.applied, 0) AS applied,
    COALESCE(u.hidden, 0) AS hidden,
    COALESCE(u.shown, 0) AS shown,
    COALESCE(u.held, 0) AS held,
    COALESCE(u.failed, 0) AS failed,
    COALESCE(u.parked, 0) AS parked,
    COALESCE(u.for_hours, 0) AS for_hours,
    COALESCE(u.delisted, 0) AS delisted
FROM accounts AS a
LEFT JOIN
    (
        SELECT
            l.account_id,
            COUNT(d.listing_id) FILTER (WHERE u.listing_id IS NULL) AS untouched,
            COUNT(*) FILTER (WHERE o.old_price_yen <> o.new_price_yen) AS price_changes,
            COUNT(*) FILTER (WHERE o.stock_change = 'to_out') AS to_out,
            COUNT(*) FILTER (WHERE o.stock_change = 'to_in') AS to_in
        FROM outcomes AS o
        INNER JOIN listings AS l ON l.asin = o.asin
        LEFT JOIN desired_states AS d ON d.listing_id = l.id
        LEFT JOIN updates AS u
            ON
                u.run_id = o.run_id
                AND u.listing_id = l.id
        WHERE
            o.run_id = $1
            AND l.status = 'listed'
        GROUP BY l.account_id
    ) AS p
    ON
        p.account_id = a.id
        AND a.active = 1
LEFT JOIN
    (
        SELECT
            l.account_id,
            COUNT(*) FILTER (WHERE u.state = 'applied') AS applied,
            COUNT(*) FILTER (WHERE u.state = 'applied' AND u.from_visible = 1 AND u.to_visible = 0) AS hidden,
            COUNT(*) FILTER (WHERE u.state = 'applied' AND u.from_visible = 0 AND u.to_visible = 1) AS shown,
            COUNT(*) FILTER (WHERE u.hold_reason IS NOT NULL) AS held,
            COUNT(*) FILTER (WHERE u.state = 'failed') AS failed,
            COUNT(*) FILTER (WHERE u.state = 'parked' AND u.code IS NULL) AS parked,
            COUNT(*) FILTER (WHERE u.state = 'parked' AND u.code = 'hours') AS for_hours,
            COUNT(*) FILTER (WHERE u.state = 'delisted') AS delisted
        FROM updates AS u
        INNER JOIN listings AS l ON l.id = u.listing_id
        WHERE u.run_id = $1
        GROUP BY l.account_id
    ) AS u
    ON u.account_id = a.id
WHERE
    CAST($2 AS TEXT) IS NULL
    OR a.id = $2
ORDER BY a.id
