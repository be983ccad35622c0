INSERT INTO misses (
    run_id,
    asin,
    reason,
    state,
    attempts,
    why
)
SELECT
    $2,
    r.value->>'asin',
    r.value->>'reason',
    'open',
    0,
    r.value->>'why'
FROM {rows}
WHERE r.value->>'reason' IS NOT NULL
ON CONFLICT (run_id, asin) DO UPDATE SET
    reason = excluded.reason,
    why = excluded.why
WHERE misses.state = 'open'
