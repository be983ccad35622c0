-- What a listing must show changes.
CREATE TRIGGER IF NOT EXISTS oracle_desired
AFTER UPDATE ON desired_states
WHEN
    new.version <> old.version OR new.observed_at <> old.observed_at
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'desired',
        CAST(new.listing_id AS TEXT),
        json_object(
            'price_yen', old.price_yen,
            'visible', old.visible,
            'stock', old.stock,
            'version', old.version,
            'hold_reason', old.hold_reason,
            'observed_at', old.observed_at
        ),
        json_object(
            'price_yen', new.price_yen,
            'visible', new.visible,
            'stock', new.stock,
            'version', new.version,
            'hold_reason', new.hold_reason,
            'observed_at', new.observed_at
        )
    );
END
