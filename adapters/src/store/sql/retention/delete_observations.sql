-- The newest observation of an ASIN is kept at any age: it explains the present state of its
-- listings.
DELETE FROM observations
WHERE
    last_seen_at > $1
    AND last_seen_at <= $2
    AND EXISTS (
        SELECT 1
        FROM observations AS n
        WHERE
            n.asin = observations.asin
            AND n.first_seen_at > observations.first_seen_at
    )
