-- The newest run that waits for the update of this listing; or whose failed update was sent again.
SELECT
    u.run_id,
    CASE WHEN r.state IN ('running', 'backfilling', 'held') THEN 1 ELSE 0 END AS is_open
FROM updates AS u
INNER JOIN runs AS r ON r.id = u.run_id
WHERE
    u.listing_id = $1
    AND u.version <= $2
    AND (
        u.state IN ('queued', 'parked')
        OR (
            u.state = 'failed'
            AND NOT EXISTS (
                SELECT 1
                FROM updates AS n
                WHERE
                    n.listing_id = $1
                    AND n.run_id > u.run_id
            )
        )
    )
ORDER BY u.run_id DESC
LIMIT 1
