-- The shown state of a listing with another item was that of the former item.
DELETE FROM applied_states
WHERE listing_id IN (
    SELECT l.id
    FROM {rows}
    INNER JOIN listings AS l
        ON
            l.account_id = r.value->>'account'
            AND l.asin = r.value->>'asin'
    WHERE l.item_id IS DISTINCT FROM CAST(r.value->>'item' AS BIGINT)
)
