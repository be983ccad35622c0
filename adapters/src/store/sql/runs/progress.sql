-- `holding`: hides of the run are held. A guard that ASINs have tripped which Amazon calls invalid, or
-- items that look deleted, holds none.
SELECT
    r.kind,
    r.state,
    CASE WHEN r.backfill_ended_at IS NULL THEN 0 ELSE 1 END AS backfilled,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM batches AS b
            WHERE
                b.run_id = r.id
                AND b.state = 'open'
        )
            THEN 1
        ELSE 0
    END AS batches_open,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM updates AS u
            WHERE
                u.run_id = r.id
                AND u.state = 'queued'
        )
            THEN 1
        ELSE 0
    END AS updates_open,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM guards AS g
            WHERE
                g.run_id = r.id
                AND g.tripped_at IS NOT NULL
                AND g.decided_at IS NULL
        )
        AND EXISTS (
            SELECT 1
            FROM updates AS h
            WHERE
                h.run_id = r.id
                AND h.state = 'held'
                AND h.hold_reason = 'mass_change'
                AND h.code IS NULL
        )
            THEN 1
        ELSE 0
    END AS holding
FROM runs AS r
WHERE r.id = $1
