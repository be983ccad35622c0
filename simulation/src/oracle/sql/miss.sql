-- A miss that was settled changes once more.
CREATE TRIGGER IF NOT EXISTS oracle_miss
AFTER UPDATE OF state ON misses
WHEN
    old.state <> 'open' AND new.state <> old.state
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'miss',
        new.run_id || ':' || new.asin,
        json_object(
            'state', old.state,
            'attempts', old.attempts
        ),
        json_object(
            'state', new.state,
            'attempts', new.attempts
        )
    );
END
