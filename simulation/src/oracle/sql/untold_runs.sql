-- Runs that failed or are held, of which no channel was told.
SELECT r.id, r.kind, r.state
FROM runs AS r
WHERE
    r.state IN ('failed', 'held')
    AND r.dry_run = 0
    AND COALESCE(r.ended_at, r.started_at) < '{before}'
    AND NOT EXISTS (
        SELECT 1
        FROM notices AS n
        WHERE
            (
                n.event LIKE 'run/' || r.id || '/%'
                -- Of runs that ended since Amazon refuses everything, people are told just that, once.
                OR (
                    n.event LIKE 'amazon-refuses/%'
                    AND n.written_at <= r.ended_at
                    AND NOT EXISTS (
                        SELECT 1
                        FROM runs AS d
                        WHERE
                            d.state = 'done'
                            AND d.ended_at BETWEEN n.written_at AND r.started_at
                    )
                )
            )
            AND n.state IN ('sent', 'sending', 'due', 'perhaps', 'refused', 'expired')
    )
