SELECT
    q.account_id,
    q.phase,
    q.step,
    q.next_offset,
    q.next_cursor,
    a.active,
    -- A shop whose platform refuses it is tried once, and given up for this run.
    CASE WHEN a.refused_since IS NULL THEN a.parked_until END AS parked_until
FROM shop_reads AS q
INNER JOIN runs AS r ON r.id = q.run_id
INNER JOIN accounts AS a ON a.id = q.account_id
WHERE
    q.run_id = $1
    AND q.no = $2
    AND q.state = 'open'
    AND r.state IN ('running', 'backfilling', 'held')
