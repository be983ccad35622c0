-- ASINs that a run could not get, or left out without credentials, with each shop that lists them: of the newest complete run that
-- updates listings, or with $4 of that run.
SELECT
    m.asin || ' ' || COALESCE(l.account_id, '') AS sort_key,
    l.account_id,
    m.asin,
    l.item_id,
    l.sku,
    p.title,
    COALESCE(m.why, m.reason) AS why,
    m.run_id,
    r.ended_at AS at,
    {shown_and_wanted}
FROM misses AS m
INNER JOIN runs AS r ON r.id = m.run_id
LEFT JOIN listings AS l
    ON
        l.asin = m.asin
        AND l.status = 'listed'
LEFT JOIN applied_states AS s ON s.listing_id = l.id
LEFT JOIN desired_states AS d ON d.listing_id = l.id
LEFT JOIN products AS p ON p.asin = m.asin
WHERE
    (
        m.state = 'failed'
        OR (
            m.state = 'open'
            AND r.ended_at IS NOT NULL
        )
        OR (
            m.state = 'left_out'
            AND r.dry_run = 0
        )
    )
    AND (
        m.run_id = $4
        OR (
            CAST($4 AS TEXT) IS NULL
            AND m.run_id = (
                SELECT n.id
                FROM runs AS n
                WHERE
                    n.kind IN ('price-stock', 'stale', 'visibility')
                    AND n.state = 'done'
                    AND n.dry_run = 0
                ORDER BY n.started_at DESC
                LIMIT 1
            )
        )
    )
    AND (CAST($1 AS TEXT) IS NULL OR l.account_id = $1)
    AND m.asin || ' ' || COALESCE(l.account_id, '') > $2
ORDER BY 1
LIMIT $3
