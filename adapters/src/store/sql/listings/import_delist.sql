UPDATE listings
SET status = 'delisted'
WHERE
    status = 'listed'
    AND item_id IS NULL
