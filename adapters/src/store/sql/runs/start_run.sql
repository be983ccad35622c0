INSERT INTO runs (
    id,
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    asins,
    batches,
    requests,
    backfill_requests,
    refused,
    waited_ms,
    lane_us
)
VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, 0, 0, 0, 0, 0)
ON CONFLICT DO NOTHING
