INSERT INTO products AS known (
    asin,
    price_yen,
    price_updated_at,
    doubted_price_yen,
    doubted_at,
    stock,
    filtered_times,
    filtered_why,
    stock_updated_at,
    invalid_since
)
SELECT
    r.value->>'asin',
    CAST(r.value->>'price_yen' AS BIGINT),
    r.value->>'price_updated_at',
    CAST(r.value->>'doubted_price_yen' AS BIGINT),
    r.value->>'doubted_at',
    r.value->>'stock',
    CAST(r.value->>'filtered_times' AS BIGINT),
    r.value->>'filtered_why',
    r.value->>'stock_updated_at',
    r.value->>'invalid_since'
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    {newer_product},
    doubted_price_yen = CASE
        WHEN
            excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
            OR excluded.stock_updated_at IS NOT NULL
            AND known.stock_updated_at > {latest}
            THEN excluded.doubted_price_yen
        ELSE known.doubted_price_yen
    END,
    doubted_at = CASE
        WHEN
            excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
            OR excluded.stock_updated_at IS NOT NULL
            AND known.stock_updated_at > {latest}
            THEN excluded.doubted_at
        ELSE known.doubted_at
    END
