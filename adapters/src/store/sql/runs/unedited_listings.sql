SELECT s.listing_id
FROM {rows}
INNER JOIN applied_states AS s ON s.listing_id = CAST(r.value->>'listing' AS BIGINT)
WHERE s.read_at = $2
