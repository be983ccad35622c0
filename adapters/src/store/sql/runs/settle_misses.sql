-- CROSS JOIN keeps this order on SQLite, which would otherwise read all misses of the run.
INSERT INTO misses (
    run_id,
    asin,
    reason,
    state,
    attempts,
    why
)
SELECT
    m.run_id,
    m.asin,
    COALESCE(r.value->>'reason', m.reason),
    CASE WHEN r.value->>'reason' IS NULL THEN 'fetched' ELSE 'failed' END,
    m.attempts,
    COALESCE(r.value->>'why', m.why)
FROM {rows}
CROSS JOIN misses AS m
WHERE
    m.run_id = $2
    AND m.asin = r.value->>'asin'
    AND m.state <> 'fetched'
ON CONFLICT (run_id, asin) DO UPDATE SET
    reason = excluded.reason,
    state = excluded.state,
    why = excluded.why
