-- As record_infos.sql; cached_at moves when a part does.
INSERT INTO cache_entries (
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
    title = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN COALESCE(excluded.title, cache_entries.title)
        ELSE cache_entries.title
    END,
    description = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN COALESCE(excluded.description, cache_entries.description)
        ELSE cache_entries.description
    END,
    brand = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN COALESCE(excluded.brand, cache_entries.brand)
        ELSE cache_entries.brand
    END,
    category = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN COALESCE(excluded.category, cache_entries.category)
        ELSE cache_entries.category
    END,
    images = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN COALESCE(excluded.images, cache_entries.images)
        ELSE cache_entries.images
    END,
    basic_info_updated_at = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN excluded.basic_info_updated_at
        ELSE cache_entries.basic_info_updated_at
    END,
    cached_at = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(cache_entries.basic_info_updated_at, '')
            THEN excluded.cached_at
        ELSE cache_entries.cached_at
    END
