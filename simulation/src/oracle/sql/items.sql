-- The item of each listing.
SELECT id, account_id, asin, item_id
FROM listings
WHERE item_id IS NOT NULL
