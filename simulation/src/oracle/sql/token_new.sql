-- A shop's first pair of tokens.
CREATE TRIGGER IF NOT EXISTS oracle_token_new
AFTER INSERT ON tokens
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'token',
        new.owner,
        NULL,
        json_object(
            'access_token', new.access_token,
            'refresh_token', new.refresh_token
        )
    );
END
