-- Open runs that had an update of the listing, and have no queued one left. A repeated call
-- returns the same: when a process dies before it closes the run, the next caller does.
SELECT r.id
FROM runs AS r
INNER JOIN updates AS u
    ON
        u.run_id = r.id
        AND u.listing_id = $1
WHERE
    r.state IN ('running', 'backfilling', 'held')
    AND NOT EXISTS (
        SELECT 1
        FROM updates AS q
        WHERE
            q.run_id = r.id
            AND q.state = 'queued'
    )
ORDER BY r.id
