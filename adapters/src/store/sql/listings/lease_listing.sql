-- From here on the desired state may reach the shop, whatever happens to this worker: it counts as
-- sent until an answer tells what the shop shows. A lease that ends after $4 was taken under a wrong
-- clock. None is given for a listing whose newest update was cancelled, unless one may have reached the shop.
UPDATE applied_states
SET
    busy_until = $3,
    sent_until = $3,
    sends = applied_states.sends + 1,
    sent = CASE
        WHEN applied_states.sends = 0 OR applied_states.sent IS NULL
            THEN d.state
        WHEN applied_states.sent LIKE '%' || d.state || '%'
            THEN applied_states.sent
        ELSE applied_states.sent || ',' || d.state
    END
FROM (
    SELECT
        listing_id,
        '{"price":' || price_yen
        || ',"visible":' || CASE visible WHEN 1 THEN 'true' ELSE 'false' END
        || ',"stock":' || COALESCE(CAST(stock AS TEXT), 'null')
        || '}' AS state
    FROM desired_states
) AS d
WHERE
    applied_states.listing_id = $1
    AND d.listing_id = $1
    AND (
        applied_states.busy_until IS NULL
        OR applied_states.busy_until <= $2
        OR applied_states.busy_until > $4
    )
    AND EXISTS (
        SELECT 1
        FROM listings AS l
        INNER JOIN accounts AS a ON a.id = l.account_id
        WHERE
            l.id = $1
            AND l.status = 'listed'
            AND l.item_id IS NOT NULL
            AND a.active = 1
    )
    AND (
        applied_states.sends > 0
        OR NOT {cancelled}
    )
