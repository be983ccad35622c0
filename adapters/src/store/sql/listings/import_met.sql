-- Listings in the shop that the import names. One of them is the same if there is nothing to change.
SELECT
    CAST(r.value->>'no' AS BIGINT) AS no,
    l.id AS listing_id,
    l.item_id,
    CASE
        WHEN
            l.item_id = CAST(r.value->>'item' AS BIGINT)
            AND l.sku = r.value->>'sku'
            AND s.listing_id IS NOT NULL
            THEN 1
        ELSE 0
    END AS same
FROM {rows}
INNER JOIN listings AS l
    ON
        l.account_id = r.value->>'account'
        AND l.asin = r.value->>'asin'
LEFT JOIN applied_states AS s ON s.listing_id = l.id
WHERE
    l.status <> 'delisted'
    AND l.item_id IS NOT NULL
