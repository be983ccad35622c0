-- As record_products.sql; cached_at moves when a part does.
INSERT INTO cache_entries (
    asin,
    price_yen,
    price_updated_at,
    stock,
    filtered_times,
    filtered_why,
    stock_updated_at,
    invalid_since,
    cached_at
)
SELECT
    r.value->>'asin',
    CAST(r.value->>'price_yen' AS BIGINT),
    r.value->>'price_updated_at',
    r.value->>'stock',
    CAST(r.value->>'filtered_times' AS BIGINT),
    r.value->>'filtered_why',
    r.value->>'stock_updated_at',
    r.value->>'invalid_since',
    $2
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    price_yen = CASE
        WHEN excluded.price_updated_at > COALESCE(cache_entries.price_updated_at, '')
            THEN excluded.price_yen
        ELSE cache_entries.price_yen
    END,
    price_updated_at = CASE
        WHEN excluded.price_updated_at > COALESCE(cache_entries.price_updated_at, '')
            THEN excluded.price_updated_at
        ELSE cache_entries.price_updated_at
    END,
    stock = CASE
        WHEN excluded.stock_updated_at > COALESCE(cache_entries.stock_updated_at, '')
            THEN excluded.stock
        ELSE cache_entries.stock
    END,
    filtered_times = CASE
        WHEN excluded.stock_updated_at > COALESCE(cache_entries.stock_updated_at, '')
            THEN excluded.filtered_times
        ELSE cache_entries.filtered_times
    END,
    filtered_why = CASE
        WHEN excluded.stock_updated_at > COALESCE(cache_entries.stock_updated_at, '')
            THEN excluded.filtered_why
        ELSE cache_entries.filtered_why
    END,
    stock_updated_at = CASE
        WHEN excluded.stock_updated_at > COALESCE(cache_entries.stock_updated_at, '')
            THEN excluded.stock_updated_at
        ELSE cache_entries.stock_updated_at
    END,
    invalid_since = CASE
        WHEN excluded.invalid_since >= COALESCE(cache_entries.price_updated_at, '')
            THEN COALESCE(cache_entries.invalid_since, excluded.invalid_since)
        WHEN
            excluded.invalid_since IS NULL
            AND excluded.price_updated_at > cache_entries.invalid_since
            THEN NULL
        ELSE cache_entries.invalid_since
    END,
    cached_at = CASE
        WHEN
            excluded.price_updated_at > COALESCE(cache_entries.price_updated_at, '')
            OR excluded.stock_updated_at > COALESCE(cache_entries.stock_updated_at, '')
            THEN excluded.cached_at
        ELSE cache_entries.cached_at
    END
