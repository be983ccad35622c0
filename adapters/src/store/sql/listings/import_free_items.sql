-- An item that now belongs to another ASIN is taken from its listing, so that items can be
-- swapped. A listing that has no item at the end of the import is not in the shop.
UPDATE listings
SET item_id = NULL
FROM {rows}
WHERE
    listings.account_id = r.value->>'account'
    AND listings.item_id = CAST(r.value->>'item' AS BIGINT)
    AND listings.asin <> r.value->>'asin'
