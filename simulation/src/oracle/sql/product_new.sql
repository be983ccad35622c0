-- A product that is known for the first time.
CREATE TRIGGER IF NOT EXISTS oracle_product_new
AFTER INSERT ON products
BEGIN
    INSERT INTO oracle_log (what, subject, was, now)
    VALUES (
        'product',
        new.asin,
        NULL,
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
