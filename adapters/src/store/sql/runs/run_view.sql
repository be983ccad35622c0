SELECT
    r.kind,
    r.state,
    r.batches,
    (
        SELECT COUNT(*)
        FROM batches AS b
        WHERE
            b.run_id = r.id
            AND b.state = 'open'
    ) AS batches_open,
    (
        SELECT COUNT(*)
        FROM misses AS m
        WHERE m.run_id = r.id
    ) AS misses,
    (
        SELECT COUNT(*)
        FROM misses AS m
        WHERE
            m.run_id = r.id
            AND m.state = 'open'
    ) AS misses_open,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE u.run_id = r.id
    ) AS updates,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE
            u.run_id = r.id
            AND u.state = 'queued'
    ) AS updates_open,
    (
        SELECT COUNT(*)
        FROM updates AS u
        WHERE
            u.run_id = r.id
            AND u.state = 'held'
            AND u.hold_reason = 'mass_change'
    ) AS held_back
FROM runs AS r
WHERE r.id = $1
