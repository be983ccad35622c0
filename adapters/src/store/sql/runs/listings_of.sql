SELECT
    asin,
    item_id,
    status
FROM listings
WHERE account_id = $1
ORDER BY id
