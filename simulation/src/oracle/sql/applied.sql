-- What counts as shown by an item changes, or what was sent to it.
CREATE TRIGGER IF NOT EXISTS oracle_applied
AFTER UPDATE ON applied_states
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'applied',
        CAST(new.listing_id AS TEXT),
        NULL,
        json_object(
            'price_yen', new.price_yen,
            'visible', new.visible,
            'applied_at', new.applied_at,
            'busy_until', new.busy_until,
            'sends', new.sends,
            'sent', new.sent
        )
    );
END
