SELECT
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    ended_at,
    error,
    asins,
    batches,
    requests,
    backfill_requests,
    refused,
    waited_ms,
    lane_us,
    report
FROM runs
WHERE id = $1
