-- An item that carries another ASIN now is taken from the listing that had it, so that items can
-- be swapped; what has none at the end of the import is not in the shop.
UPDATE listings
SET item_id = NULL
FROM {rows}
WHERE
    listings.account_id = r.value->>'account'
    AND listings.item_id = CAST(r.value->>'item' AS BIGINT)
    AND listings.asin <> r.value->>'asin'
