-- The newest run that waits for the update of this listing.
SELECT
    u.run_id,
    CASE WHEN r.state IN ('running', 'backfilling', 'held') THEN 1 ELSE 0 END AS is_open
FROM updates AS u
INNER JOIN runs AS r ON r.id = u.run_id
WHERE
    u.listing_id = $1
    AND u.state IN ('queued', 'parked')
    AND u.version <= $2
ORDER BY u.run_id DESC
LIMIT 1
