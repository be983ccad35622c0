-- Run-length encoded: while the result of an ASIN stays the same, only the end of its newest row
-- moves. An observation that is older than that row is dropped. Rows of the future are left alone.
INSERT INTO observations (
    asin,
    first_seen_at,
    last_seen_at,
    outcome,
    price_yen,
    offers
)
SELECT
    r.value->>'asin',
    CASE
        WHEN
            o.outcome = r.value->>'outcome'
            AND o.price_yen IS NOT DISTINCT FROM CAST(r.value->>'price_yen' AS BIGINT)
            THEN o.first_seen_at
        ELSE $2
    END,
    $2,
    r.value->>'outcome',
    CAST(r.value->>'price_yen' AS BIGINT),
    r.value->>'offers'
FROM {rows}
LEFT JOIN observations AS o
    ON
        o.asin = r.value->>'asin'
        AND o.first_seen_at = (
            SELECT MAX(n.first_seen_at)
            FROM observations AS n
            WHERE
                n.asin = r.value->>'asin'
                AND n.first_seen_at <= (SELECT {latest})
        )
WHERE
    COALESCE(o.last_seen_at, '') < $2
    OR o.last_seen_at > (SELECT {latest})
ON CONFLICT (asin, first_seen_at) DO UPDATE SET
    last_seen_at = excluded.last_seen_at,
    offers = excluded.offers
