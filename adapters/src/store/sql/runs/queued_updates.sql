SELECT
    listing_id,
    version,
    urgency
FROM updates
WHERE
    run_id = $1
    AND state = 'queued'
ORDER BY
    CASE urgency WHEN 'hide' THEN 0 WHEN 'below_cost' THEN 1 ELSE 2 END,
    listing_id
