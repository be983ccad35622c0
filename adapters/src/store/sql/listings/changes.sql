-- One page, newest first, from the row after the given one. CROSS JOIN keeps this order on
-- SQLite: the newest updates are few, and there are many listings and runs. The observation is
-- the newest one that the update can be based on.
SELECT
    u.run_id,
    r.kind,
    u.listing_id,
    l.account_id,
    l.asin,
    u.state,
    COALESCE(u.code, u.hold_reason) AS code,
    u.from_price_yen,
    u.from_visible,
    u.from_stock,
    u.to_price_yen,
    u.to_visible,
    u.to_stock,
    u.at,
    o.old_price_yen,
    o.new_price_yen,
    s.first_seen_at,
    s.last_seen_at,
    s.outcome,
    s.price_yen,
    s.offers
FROM updates AS u
CROSS JOIN runs AS r
CROSS JOIN listings AS l
LEFT JOIN outcomes AS o
    ON
        o.run_id = u.run_id
        AND o.asin = l.asin
LEFT JOIN observations AS s
    ON
        s.asin = l.asin
        AND s.first_seen_at = (
            SELECT MAX(n.first_seen_at)
            FROM observations AS n
            WHERE
                n.asin = l.asin
                AND n.first_seen_at <= u.at
        )
WHERE
    u.at >= $1
    AND u.at <= $2
    AND (
        u.at < $2
        OR u.run_id < $3
        OR (
            u.run_id = $3
            AND u.listing_id < $4
        )
    )
    AND u.state <> 'equal'
    AND r.id = u.run_id
    AND l.id = u.listing_id
    AND (CAST($5 AS TEXT) IS NULL OR l.asin = $5)
    AND (CAST($6 AS TEXT) IS NULL OR l.account_id = $6)
ORDER BY
    u.at DESC,
    u.run_id DESC,
    u.listing_id DESC
LIMIT $7
