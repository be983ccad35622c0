-- Another worker has the listing by now. Whether its edit or the one in doubt reached the shop last
-- is unknown. A settlement that is repeated, since its commit was not answered, is not in doubt.
UPDATE applied_states
SET
    sends = sends + 1,
    sent = CASE
        WHEN sends = 0 OR sent IS NULL
            THEN CAST($2 AS TEXT)
        ELSE sent || ',' || CAST($2 AS TEXT)
    END,
    sent_until = CASE WHEN sent_until > $3 THEN sent_until ELSE $3 END
WHERE
    listing_id = $1
    AND applied_at IS DISTINCT FROM $3
