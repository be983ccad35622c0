UPDATE products
SET
    invalid_since = NULL,
    invalid_seen_at = NULL
FROM {texts}
WHERE
    products.asin = r.value
    AND products.invalid_since IS NOT NULL
