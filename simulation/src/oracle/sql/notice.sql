-- A notice that was settled changes once more.
CREATE TRIGGER IF NOT EXISTS oracle_notice
AFTER UPDATE OF state ON notices
WHEN
    old.state IN ('sent', 'perhaps', 'quiet', 'refused', 'expired') AND new.state <> old.state
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'notice',
        new.channel || ' ' || new.event,
        json_object(
            'state', old.state
        ),
        json_object(
            'state', new.state
        )
    );
END
