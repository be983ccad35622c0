-- A listing that was edited after the page was requested is newer than the page; one that is
-- being edited, or an edit of which may still have been on its way, may be. None counts if it lies
-- in the future. The page confirms what it shows; a worker whose lease is over has lost it.
UPDATE applied_states
SET
    price_yen = CAST(r.value->>'price_yen' AS BIGINT),
    visible = CAST(r.value->>'visible' AS BIGINT),
    stock = CAST(r.value->>'stock' AS BIGINT),
    sold_out_since = r.value->>'sold_out_since',
    sale_yen = CAST(r.value->>'sale_yen' AS BIGINT),
    read_at = $2,
    busy_until = NULL,
    sends = 0,
    sent = NULL
FROM {rows}
WHERE
    applied_states.listing_id = CAST(r.value->>'listing' AS BIGINT)
    AND (
        applied_states.applied_at IS NULL
        OR applied_states.applied_at <= $2
        OR applied_states.applied_at > (SELECT {latest})
    )
    AND (
        applied_states.busy_until IS NULL
        OR applied_states.busy_until <= $3
        OR applied_states.busy_until > $4
    )
    AND (
        applied_states.sends = 0
        OR applied_states.sent_until <= $2
        OR applied_states.sent_until > $4
    )
