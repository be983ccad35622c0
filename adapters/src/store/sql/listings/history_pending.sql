SELECT
    account_id,
    imported_at
FROM listings
WHERE
    asin = $1
    AND status = 'pending'
ORDER BY account_id
