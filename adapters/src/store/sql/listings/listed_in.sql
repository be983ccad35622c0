SELECT
    l.asin,
    l.status
FROM {texts}
INNER JOIN listings AS l ON l.asin = r.value
WHERE l.account_id = $2
