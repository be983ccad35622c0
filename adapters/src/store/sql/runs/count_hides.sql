-- ASINs, not listings: an ASIN that several shops sell is one answer of Amazon. `invalid` are ASINs of
-- visible listings that Amazon called invalid in this run for the first time. `holding` as in
-- progress.sql.
SELECT
    (
        SELECT COUNT(DISTINCT l.asin)
        FROM updates AS u
        INNER JOIN listings AS l ON l.id = u.listing_id
        WHERE
            u.run_id = $1
            AND u.from_visible = 1
            AND u.to_visible = 0
    ) AS hides,
    (
        SELECT COUNT(DISTINCT o.asin)
        FROM outcomes AS o
        INNER JOIN runs AS r ON r.id = o.run_id
        INNER JOIN products AS p ON p.asin = o.asin
        INNER JOIN listings AS l ON l.asin = o.asin
        INNER JOIN applied_states AS s ON s.listing_id = l.id
        WHERE
            o.run_id = $1
            AND o.outcome = 'invalid_asin'
            AND p.invalid_since >= r.started_at
            AND l.status = 'listed'
            AND s.visible = 1
    ) AS invalid,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM updates AS h
            WHERE
                h.run_id = $1
                AND h.state = 'held'
                AND h.hold_reason = 'mass_change'
                AND h.code IS NULL
        )
            THEN 1
        ELSE 0
    END AS holding
