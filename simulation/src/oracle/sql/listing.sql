-- A listing is delisted, or listed again.
CREATE TRIGGER IF NOT EXISTS oracle_listing
AFTER UPDATE OF status ON listings
WHEN
    new.status <> old.status
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'listing',
        CAST(new.id AS TEXT),
        json_object(
            'account_id', old.account_id,
            'asin', old.asin,
            'item_id', old.item_id,
            'status', old.status
        ),
        json_object(
            'account_id', new.account_id,
            'asin', new.asin,
            'item_id', new.item_id,
            'status', new.status
        )
    );
END
