-- The newer one wins, part by part: what it does not tell stays. Price and stock are not touched.
INSERT INTO products (
    asin,
    title,
    description,
    brand,
    category,
    images,
    basic_info_updated_at
)
SELECT
    r.value->>'asin',
    r.value->>'title',
    r.value->>'description',
    r.value->>'brand',
    r.value->>'category',
    r.value->>'images',
    r.value->>'basic_info_updated_at'
FROM {rows}
WHERE true
ON CONFLICT (asin) DO UPDATE SET
    title = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(products.basic_info_updated_at, '')
            THEN COALESCE(excluded.title, products.title)
        ELSE products.title
    END,
    description = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(products.basic_info_updated_at, '')
            THEN COALESCE(excluded.description, products.description)
        ELSE products.description
    END,
    brand = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(products.basic_info_updated_at, '')
            THEN COALESCE(excluded.brand, products.brand)
        ELSE products.brand
    END,
    category = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(products.basic_info_updated_at, '')
            THEN COALESCE(excluded.category, products.category)
        ELSE products.category
    END,
    images = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(products.basic_info_updated_at, '')
            THEN COALESCE(excluded.images, products.images)
        ELSE products.images
    END,
    basic_info_updated_at = CASE
        WHEN excluded.basic_info_updated_at > COALESCE(products.basic_info_updated_at, '')
            THEN excluded.basic_info_updated_at
        ELSE products.basic_info_updated_at
    END
