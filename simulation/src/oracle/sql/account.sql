-- An account is parked, switched off, or waits for a person.
CREATE TRIGGER IF NOT EXISTS oracle_account
AFTER UPDATE ON accounts
WHEN
    new.active <> old.active
    OR new.parked_until IS NOT old.parked_until
    OR new.reauthorise_since IS NOT old.reauthorise_since
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'account',
        new.id,
        json_object(
            'active', old.active,
            'parked_until', old.parked_until,
            'reauthorise_since', old.reauthorise_since,
            'refused_since', old.refused_since
        ),
        json_object(
            'active', new.active,
            'parked_until', new.parked_until,
            'reauthorise_since', new.reauthorise_since,
            'refused_since', new.refused_since
        )
    );
END
