SELECT 1 AS found
FROM listings
LIMIT 1
