-- The same state keeps its version. Different states never share one: when two handlers have read
-- the same version, the second to write gets the next. A state that is based on an older
-- observation changes nothing, unless the stored one is of the future. A hold that the shop caused stays as long as the state does.
INSERT INTO desired_states (
    listing_id,
    price_yen,
    visible,
    stock,
    version,
    hold_reason,
    urgency,
    computed_at,
    observed_at
)
SELECT
    CAST(r.value->>'listing' AS BIGINT),
    CAST(r.value->>'price_yen' AS BIGINT),
    CAST(r.value->>'visible' AS BIGINT),
    CAST(r.value->>'stock' AS BIGINT),
    CAST(r.value->>'version' AS BIGINT),
    r.value->>'hold',
    r.value->>'urgency',
    $2,
    r.value->>'observed_at'
FROM {rows}
WHERE true
ON CONFLICT (listing_id) DO UPDATE SET
    price_yen = excluded.price_yen,
    visible = excluded.visible,
    stock = excluded.stock,
    version = CASE
        WHEN
            excluded.price_yen = desired_states.price_yen
            AND excluded.visible = desired_states.visible
            AND excluded.stock IS NOT DISTINCT FROM desired_states.stock
            THEN desired_states.version
        WHEN excluded.version > desired_states.version
            THEN excluded.version
        ELSE desired_states.version + 1
    END,
    hold_reason = CASE
        WHEN
            excluded.hold_reason IS NULL
            AND desired_states.hold_reason = 'not_editable'
            AND excluded.price_yen = desired_states.price_yen
            AND excluded.visible = desired_states.visible
            AND excluded.stock IS NOT DISTINCT FROM desired_states.stock
            THEN desired_states.hold_reason
        ELSE excluded.hold_reason
    END,
    urgency = excluded.urgency,
    computed_at = excluded.computed_at,
    observed_at = excluded.observed_at
WHERE
    excluded.observed_at >= desired_states.observed_at
    OR desired_states.observed_at > (SELECT {latest})
