-- A run that reads the cache takes for fresh what was seen since the newest run for prices and stock began
-- that covered its listings and is done: that run wrote it, or a later one.
INSERT INTO runs (
    id,
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    asins,
    batches,
    max_items,
    fresh_since,
    requests,
    backfill_requests,
    refused,
    waited_ms,
    lane_us
)
VALUES (
    $1,
    $2,
    'running',
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    (
        SELECT MAX(r.started_at)
        FROM runs AS r
        WHERE
            $2 = 'visibility'
            AND r.kind = 'price-stock'
            AND r.state = 'done'
            AND r.dry_run = 0
            AND r.max_items IS NULL
            AND r.asins > 0
            AND (r.account_id IS NULL OR r.account_id = $3)
    ),
    0,
    0,
    0,
    0,
    0
)
ON CONFLICT DO NOTHING
