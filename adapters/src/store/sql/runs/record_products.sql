-- An ASIN that Amazon called invalid keeps the first instant, until a newer answer about its offers shows
-- that Amazon knows it after all.
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
    invalid_since,
    invalid_seen_at
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
    r.value->>'invalid_since',
    r.value->>'invalid_seen_at'
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    {newer_product},
    doubted_price_yen = CASE
        WHEN
            excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
            OR excluded.stock_updated_at IS NOT NULL
            AND known.stock_updated_at > (SELECT {latest})
            THEN excluded.doubted_price_yen
        ELSE known.doubted_price_yen
    END,
    doubted_at = CASE
        WHEN
            excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
            OR excluded.stock_updated_at IS NOT NULL
            AND known.stock_updated_at > (SELECT {latest})
            THEN excluded.doubted_at
        ELSE known.doubted_at
    END,
    invalid_since = CASE
        WHEN COALESCE(known.invalid_seen_at, known.invalid_since) > (SELECT {latest})
            THEN excluded.invalid_since
        WHEN
            excluded.invalid_seen_at > COALESCE(known.stock_updated_at, '')
            OR excluded.invalid_seen_at IS NOT NULL
            AND known.stock_updated_at > (SELECT {latest})
            THEN COALESCE(known.invalid_since, excluded.invalid_since)
        WHEN
            excluded.invalid_since IS NULL
            AND excluded.stock_updated_at > COALESCE(known.invalid_seen_at, known.invalid_since)
            THEN NULL
        ELSE known.invalid_since
    END,
    invalid_seen_at = CASE
        WHEN COALESCE(known.invalid_seen_at, known.invalid_since) > (SELECT {latest})
            THEN excluded.invalid_seen_at
        WHEN
            excluded.invalid_seen_at IS NOT NULL
            AND known.stock_updated_at > (SELECT {latest})
            THEN excluded.invalid_seen_at
        WHEN
            excluded.invalid_seen_at > COALESCE(known.stock_updated_at, '')
            AND excluded.invalid_seen_at > COALESCE(known.invalid_seen_at, known.invalid_since, '')
            THEN excluded.invalid_seen_at
        WHEN
            excluded.invalid_since IS NULL
            AND excluded.stock_updated_at > COALESCE(known.invalid_seen_at, known.invalid_since)
            THEN NULL
        ELSE known.invalid_seen_at
    END
