-- A run goes on, or ends.
CREATE TRIGGER IF NOT EXISTS oracle_run
AFTER UPDATE OF state, backfill_ended_at ON runs
WHEN
    new.state <> old.state OR new.backfill_ended_at IS NOT old.backfill_ended_at
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'run',
        new.id,
        json_object(
            'kind', old.kind,
            'state', old.state,
            'started_at', old.started_at,
            'backfill_ended_at', old.backfill_ended_at,
            'ended_at', old.ended_at,
            'dry_run', old.dry_run
        ),
        json_object(
            'kind', new.kind,
            'state', new.state,
            'started_at', new.started_at,
            'backfill_ended_at', new.backfill_ended_at,
            'ended_at', new.ended_at,
            'dry_run', new.dry_run,
            'open_batches', (
                SELECT COUNT(*)
                FROM batches
                WHERE
                    run_id = new.id
                    AND state = 'open'
            ),
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
