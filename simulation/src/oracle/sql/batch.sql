-- A batch that was reported changes once more.
CREATE TRIGGER IF NOT EXISTS oracle_batch
AFTER UPDATE OF state ON batches
WHEN
    old.state <> 'open'
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'batch',
        new.run_id || ':' || new.no,
        json_object(
            'state', old.state
        ),
        json_object(
            'state', new.state
        )
    );
END
