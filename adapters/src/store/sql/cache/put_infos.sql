-- cached_at changes when a part does.
INSERT INTO cache_entries AS known (
    asin,
    title,
    description,
    brand,
    category,
    images,
    basic_info_updated_at,
    cached_at
)
SELECT
    r.value->>'asin',
    r.value->>'title',
    r.value->>'description',
    r.value->>'brand',
    r.value->>'category',
    r.value->>'images',
    r.value->>'basic_info_updated_at',
    $2
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    {newer_info},
    cached_at = CASE
        WHEN
            excluded.basic_info_updated_at > COALESCE(known.basic_info_updated_at, '')
            OR known.cached_at > excluded.cached_at
            THEN excluded.cached_at
        ELSE known.cached_at
    END
