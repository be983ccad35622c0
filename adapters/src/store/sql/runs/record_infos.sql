INSERT INTO products AS known (
    asin,
    title,
    description,
    brand,
    category,
    images,
    basic_info_updated_at
)
SELECT
    r.value->>'asin',
    r.value->>'title',
    r.value->>'description',
    r.value->>'brand',
    r.value->>'category',
    r.value->>'images',
    r.value->>'basic_info_updated_at'
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    {newer_info}
