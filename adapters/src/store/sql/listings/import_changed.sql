UPDATE listings
SET
    status = CASE
        WHEN
            listings.item_id IS DISTINCT FROM CAST(r.value->>'item' AS BIGINT)
            OR listings.status = 'delisted'
            THEN 'listed'
        ELSE listings.status
    END,
    item_id = CAST(r.value->>'item' AS BIGINT),
    sku = r.value->>'sku'
FROM {rows}
WHERE
    listings.account_id = r.value->>'account'
    AND listings.asin = r.value->>'asin'
    AND (
        listings.item_id IS DISTINCT FROM CAST(r.value->>'item' AS BIGINT)
        OR listings.sku <> r.value->>'sku'
        OR listings.status = 'delisted'
    )
