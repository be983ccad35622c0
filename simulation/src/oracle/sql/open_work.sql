-- The message that each open row needs: its id, or its beginning if it ends with a colon.
SELECT 'sync:' || b.run_id || ':' || b.no AS message
FROM batches AS b
INNER JOIN runs AS r ON r.id = b.run_id
WHERE
    b.state = 'open'
    AND r.state IN ('running', 'backfilling')
    AND r.kind <> 'reconcile'
UNION ALL
SELECT 'shop:' || s.run_id || ':' || s.no || ':' AS message
FROM shop_reads AS s
INNER JOIN runs AS r ON r.id = s.run_id
INNER JOIN accounts AS a ON a.id = s.account_id
WHERE
    s.state = 'open'
    AND r.state IN ('running', 'backfilling')
    AND a.active = 1
UNION ALL
SELECT 'backfill:' || r.id AS message
FROM runs AS r
WHERE
    r.state = 'backfilling'
    AND r.backfill_ended_at IS NULL
    AND r.kind <> 'reconcile'
    AND EXISTS (
        SELECT 1
        FROM misses AS m
        WHERE
            m.run_id = r.id
            AND m.state = 'open'
    )
UNION
SELECT 'update:' || u.listing_id || ':' AS message
FROM updates AS u
INNER JOIN listings AS l ON l.id = u.listing_id
INNER JOIN accounts AS a ON a.id = l.account_id
WHERE
    u.state IN ('queued', 'parked')
    AND l.status = 'listed'
    AND a.active = 1
