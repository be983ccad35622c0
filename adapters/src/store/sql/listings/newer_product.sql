-- A part of record_products.sql and put.sql, for a row that exists. Each part replaces an older
-- stored one, and one of the future; a missing part changes nothing.
price_yen = CASE
    WHEN
        excluded.price_updated_at > COALESCE(known.price_updated_at, '')
        OR excluded.price_updated_at IS NOT NULL
        AND known.price_updated_at > (SELECT {latest})
        THEN excluded.price_yen
    ELSE known.price_yen
END,
price_updated_at = CASE
    WHEN
        excluded.price_updated_at > COALESCE(known.price_updated_at, '')
        OR excluded.price_updated_at IS NOT NULL
        AND known.price_updated_at > (SELECT {latest})
        THEN excluded.price_updated_at
    ELSE known.price_updated_at
END,
stock = CASE
    WHEN
        excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
        OR excluded.stock_updated_at IS NOT NULL
        AND known.stock_updated_at > (SELECT {latest})
        THEN excluded.stock
    ELSE known.stock
END,
filtered_times = CASE
    WHEN
        excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
        OR excluded.stock_updated_at IS NOT NULL
        AND known.stock_updated_at > (SELECT {latest})
        THEN excluded.filtered_times
    ELSE known.filtered_times
END,
filtered_why = CASE
    WHEN
        excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
        OR excluded.stock_updated_at IS NOT NULL
        AND known.stock_updated_at > (SELECT {latest})
        THEN excluded.filtered_why
    ELSE known.filtered_why
END,
stock_updated_at = CASE
    WHEN
        excluded.stock_updated_at > COALESCE(known.stock_updated_at, '')
        OR excluded.stock_updated_at IS NOT NULL
        AND known.stock_updated_at > (SELECT {latest})
        THEN excluded.stock_updated_at
    ELSE known.stock_updated_at
END
