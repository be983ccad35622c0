-- A part of failed_updates.sql and updates.sql: the update u is the newest of its listing, and the shop
-- (s) differs from the desired state (d), or may.
(
    s.sends > 0
    OR d.price_yen <> s.price_yen
    OR d.visible <> s.visible
    OR d.stock IS DISTINCT FROM s.stock
)
AND NOT EXISTS (
    SELECT 1
    FROM updates AS n
    WHERE
        n.listing_id = u.listing_id
        AND (
            n.at > u.at
            OR (
                n.at = u.at
                AND n.run_id > u.run_id
            )
        )
)
