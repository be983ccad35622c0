-- Listings in the shop whose ASIN the import gives another item.
SELECT
    CAST(r.value->>'no' AS BIGINT) AS no,
    l.id AS listing_id,
    l.item_id
FROM {rows}
INNER JOIN listings AS l
    ON
        l.account_id = r.value->>'account'
        AND l.asin = r.value->>'asin'
WHERE
    l.status <> 'delisted'
    AND l.item_id <> CAST(r.value->>'item' AS BIGINT)
