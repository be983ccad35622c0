SELECT asin
FROM products
WHERE invalid_since IS NOT NULL
