UPDATE misses
SET
    state = CASE WHEN r.value->>'reason' IS NULL THEN 'fetched' ELSE 'failed' END,
    reason = COALESCE(r.value->>'reason', misses.reason)
FROM {rows}
WHERE
    misses.run_id = $2
    AND misses.asin = r.value->>'asin'
    AND misses.state <> 'fetched'
