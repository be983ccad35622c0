-- A person names the ASIN anew, so Amazon is asked for it again.
UPDATE products
SET
    invalid_since = NULL,
    invalid_seen_at = NULL
FROM {rows}
WHERE
    products.asin = r.value->>'asin'
    AND products.invalid_since IS NOT NULL
