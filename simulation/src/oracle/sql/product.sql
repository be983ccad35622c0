-- What is known of a product changes.
CREATE TRIGGER IF NOT EXISTS oracle_product
AFTER UPDATE ON products
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'product',
        new.asin,
        json_object(
            'price_yen', old.price_yen,
            'price_updated_at', old.price_updated_at,
            'stock', old.stock,
            'filtered_times', old.filtered_times,
            'stock_updated_at', old.stock_updated_at,
            'invalid_since', old.invalid_since
        ),
        json_object(
            'price_yen', new.price_yen,
            'price_updated_at', new.price_updated_at,
            'stock', new.stock,
            'filtered_times', new.filtered_times,
            'stock_updated_at', new.stock_updated_at,
            'invalid_since', new.invalid_since
        )
    );
END
