UPDATE listings
SET status = 'delisted'
WHERE id = $1
