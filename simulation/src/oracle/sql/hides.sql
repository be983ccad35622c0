-- How many ASINs each run has hidden, of those that go on or ended lately.
SELECT
    r.id,
    r.asins,
    (
        SELECT COUNT(DISTINCT l.asin)
        FROM updates AS u
        INNER JOIN listings AS l ON l.id = u.listing_id
        WHERE
            u.run_id = r.id
            AND u.from_visible = 1
            AND u.to_visible = 0
            AND u.state = 'applied'
    ) AS hidden,
    (
        SELECT COUNT(DISTINCT asin)
        FROM listings
        WHERE status = 'listed'
    ) AS shop_asins,
    (
        SELECT decision
        FROM guards
        WHERE run_id = r.id
    ) AS decision
FROM runs AS r
WHERE
    r.kind IN ('price-stock', 'stale', 'visibility')
    AND r.dry_run = 0
    AND (
        r.ended_at IS NULL
        OR r.ended_at > '{since}'
    )
