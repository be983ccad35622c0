-- ASINs, not listings: an ASIN that several shops sell is one answer of Amazon.
SELECT COUNT(DISTINCT l.asin) AS hides
FROM updates AS u
INNER JOIN listings AS l ON l.id = u.listing_id
WHERE
    u.run_id = $1
    AND u.from_visible = 1
    AND u.to_visible = 0
