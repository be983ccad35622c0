SELECT
    g.allowed_percent,
    g.allowed_count,
    g.tripped_at,
    g.decided_at,
    g.decision,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE
            u.run_id = g.run_id
            AND u.hold_reason = 'mass_change'
    ) AS held,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE
            u.run_id = g.run_id
            AND u.hold_reason = 'mass_change'
            AND u.code = 'no_item'
    ) AS gone
FROM guards AS g
WHERE
    g.run_id = $1
    AND g.tripped_at IS NOT NULL
