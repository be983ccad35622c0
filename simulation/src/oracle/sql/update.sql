-- An update is settled, parked, held or queued again.
CREATE TRIGGER IF NOT EXISTS oracle_update
AFTER UPDATE OF state ON updates
WHEN
    new.state <> old.state
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'update',
        new.run_id || ':' || new.listing_id,
        json_object(
            'state', old.state,
            'version', old.version,
            'code', old.code,
            'urgency', old.urgency
        ),
        json_object(
            'state', new.state,
            'version', new.version,
            'code', new.code,
            'urgency', new.urgency
        )
    );
END
