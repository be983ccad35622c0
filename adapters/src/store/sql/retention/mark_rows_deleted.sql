UPDATE runs
SET thinned_at = $2
WHERE
    id = $1
    AND NOT EXISTS (
        SELECT 1
        FROM updates
        WHERE run_id = $1
    )
