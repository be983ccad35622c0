SELECT
    l.id AS listing_id,
    l.account_id,
    l.asin
FROM {texts}
INNER JOIN listings AS l ON l.id = CAST(r.value AS BIGINT)
