-- A held run that holds marks only: no update and no shop waits for a person. Locked, since a person may
-- release it at the same time.
SELECT r.id
FROM runs AS r
WHERE
    r.kind = $1
    AND r.state = 'held'
    AND NOT EXISTS (
        SELECT 1
        FROM updates AS u
        WHERE
            u.run_id = r.id
            AND u.state = 'held'
            AND u.hold_reason = 'mass_change'
    )
    AND NOT EXISTS (
        SELECT 1
        FROM shop_reads AS s
        WHERE
            s.run_id = r.id
            AND s.state = 'held'
    )
{lock}
