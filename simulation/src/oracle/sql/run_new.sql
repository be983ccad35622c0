-- A run starts.
CREATE TRIGGER IF NOT EXISTS oracle_run_new
AFTER INSERT ON runs
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'run',
        new.id,
        NULL,
        json_object(
            'kind', new.kind,
            'state', new.state,
            'started_at', new.started_at,
            'backfill_ended_at', new.backfill_ended_at,
            'ended_at', new.ended_at,
            'dry_run', new.dry_run,
            'open_of_kind', (
                SELECT COUNT(*)
                FROM runs
                WHERE
                    kind = new.kind
                    AND state IN ('running', 'backfilling', 'held')
            )
        )
    );
END
