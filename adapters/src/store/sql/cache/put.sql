-- cached_at changes when a part does.
INSERT INTO cache_entries AS known (
    asin,
    price_yen,
    price_updated_at,
    stock,
    filtered_times,
    filtered_why,
    stock_updated_at,
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
    $2
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    {newer_product},
    cached_at = CASE
        WHEN
            excluded.price_updated_at > COALESCE(known.price_updated_at, '')
            OR excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
            OR known.cached_at > excluded.cached_at
            THEN excluded.cached_at
        ELSE known.cached_at
    END
