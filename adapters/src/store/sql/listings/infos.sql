SELECT
    p.asin,
    p.title,
    p.description,
    p.brand,
    p.category,
    p.images,
    p.basic_info_updated_at
FROM {texts}
INNER JOIN products AS p ON p.asin = r.value
WHERE p.basic_info_updated_at IS NOT NULL
