-- A shop's pair of tokens is replaced.
CREATE TRIGGER IF NOT EXISTS oracle_token
AFTER UPDATE ON tokens
WHEN
    new.access_token <> old.access_token OR new.refresh_token <> old.refresh_token
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'token',
        new.owner,
        json_object(
            'access_token', old.access_token,
            'refresh_token', old.refresh_token
        ),
        json_object(
            'access_token', new.access_token,
            'refresh_token', new.refresh_token
        )
    );
END
