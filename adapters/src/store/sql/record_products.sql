-- Each part wins over a stored one that is older; a part that is not there changes nothing. A price
-- that is newer than the mark shows that Amazon knows the ASIN after all.
INSERT INTO products (
    asin,
    price_yen,
    price_updated_at,
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
    r.value->>'stock',
    CAST(r.value->>'filtered_times' AS BIGINT),
    r.value->>'filtered_why',
    r.value->>'stock_updated_at',
    r.value->>'invalid_since'
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    price_yen = CASE
        WHEN excluded.price_updated_at > COALESCE(products.price_updated_at, '')
            THEN excluded.price_yen
        ELSE products.price_yen
    END,
    price_updated_at = CASE
        WHEN excluded.price_updated_at > COALESCE(products.price_updated_at, '')
            THEN excluded.price_updated_at
        ELSE products.price_updated_at
    END,
    stock = CASE
        WHEN excluded.stock_updated_at > COALESCE(products.stock_updated_at, '')
            THEN excluded.stock
        ELSE products.stock
    END,
    filtered_times = CASE
        WHEN excluded.stock_updated_at > COALESCE(products.stock_updated_at, '')
            THEN excluded.filtered_times
        ELSE products.filtered_times
    END,
    filtered_why = CASE
        WHEN excluded.stock_updated_at > COALESCE(products.stock_updated_at, '')
            THEN excluded.filtered_why
        ELSE products.filtered_why
    END,
    stock_updated_at = CASE
        WHEN excluded.stock_updated_at > COALESCE(products.stock_updated_at, '')
            THEN excluded.stock_updated_at
        ELSE products.stock_updated_at
    END,
    invalid_since = CASE
        WHEN excluded.invalid_since >= COALESCE(products.price_updated_at, '')
            THEN COALESCE(products.invalid_since, excluded.invalid_since)
        WHEN
            excluded.invalid_since IS NULL
            AND excluded.price_updated_at > products.invalid_since
            THEN NULL
        ELSE products.invalid_since
    END
