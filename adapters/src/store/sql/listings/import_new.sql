-- Ids continue after the highest one. Only imports assign them, and an import holds the write
-- lock.
INSERT INTO listings (
    id,
    account_id,
    asin,
    item_id,
    sku,
    status,
    imported_at
)
SELECT
    (
        SELECT COALESCE(MAX(m.id), 0)
        FROM listings AS m
    ) + ROW_NUMBER() OVER (ORDER BY CAST(r.value->>'no' AS BIGINT)),
    r.value->>'account',
    r.value->>'asin',
    CAST(r.value->>'item' AS BIGINT),
    r.value->>'sku',
    'listed',
    $2
FROM {rows}
LEFT JOIN listings AS l
    ON
        l.account_id = r.value->>'account'
        AND l.asin = r.value->>'asin'
WHERE l.id IS NULL
