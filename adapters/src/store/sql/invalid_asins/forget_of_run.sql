-- The marks that a run has set.
UPDATE products
SET
    invalid_since = NULL,
    invalid_seen_at = NULL
WHERE
    invalid_since >= (
        SELECT r.started_at
        FROM runs AS r
        WHERE r.id = $1
    )
    AND asin IN (
        SELECT o.asin
        FROM outcomes AS o
        WHERE
            o.run_id = $1
            AND o.outcome = 'invalid_asin'
    )
