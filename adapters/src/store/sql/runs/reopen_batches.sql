UPDATE batches
SET
    state = 'open',
    reported_at = NULL
WHERE
    run_id = $1
    AND no IN (
        SELECT q.no
        FROM shop_reads AS q
        WHERE
            q.run_id = $1
            AND q.state = 'held'
    )
