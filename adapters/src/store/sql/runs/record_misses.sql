INSERT INTO misses (
    run_id,
    asin,
    reason,
    state,
    attempts
)
SELECT
    $2,
    r.value->>'asin',
    r.value->>'reason',
    'open',
    0
FROM {rows}
WHERE r.value->>'reason' IS NOT NULL
ON CONFLICT (run_id, asin) DO UPDATE SET reason = excluded.reason
WHERE misses.state = 'open'
