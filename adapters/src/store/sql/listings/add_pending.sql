-- Like import_new.sql, under the same lock. An ASIN that has a listing in the account gets no
-- second one.
INSERT INTO listings (
    id,
    account_id,
    asin,
    sku,
    status,
    imported_at
)
SELECT
    (
        SELECT COALESCE(MAX(m.id), 0)
        FROM listings AS m
    ) + ROW_NUMBER() OVER (ORDER BY r.value),
    $2,
    r.value,
    '',
    'pending',
    $3
FROM {texts}
LEFT JOIN listings AS l
    ON
        l.account_id = $2
        AND l.asin = r.value
WHERE l.id IS NULL
