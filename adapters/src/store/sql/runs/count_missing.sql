SELECT
    COUNT(*) AS listed,
    COUNT(*) FILTER (WHERE COALESCE(s.seen_run, '') <> $1) AS missing
FROM shop_reads AS q
INNER JOIN listings AS l ON l.account_id = q.account_id
INNER JOIN applied_states AS s ON s.listing_id = l.id
WHERE
    q.run_id = $1
    AND q.no = $2
    AND l.status = 'listed'
    AND l.item_id IS NOT NULL
