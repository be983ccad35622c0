-- Runs and all that is counted in them. What is open has partial indexes, so that the progress of
-- a run is asked without counting its rows.

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    account_id TEXT,
    dry_run BIGINT NOT NULL,
    started_at TEXT NOT NULL,
    backfill_ended_at TEXT,
    ended_at TEXT,
    error TEXT,
    asins BIGINT NOT NULL,
    batches BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    backfill_requests BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    waited_ms BIGINT NOT NULL,
    lane_us BIGINT NOT NULL,
    report TEXT
);

CREATE UNIQUE INDEX runs_open ON runs (kind) WHERE state IN ('running', 'backfilling', 'held');
CREATE INDEX runs_by_start ON runs (started_at);

CREATE TABLE batches (
    run_id TEXT NOT NULL REFERENCES runs (id),
    no BIGINT NOT NULL,
    asins TEXT NOT NULL,
    state TEXT NOT NULL,
    reported_at TEXT,
    PRIMARY KEY (run_id, no)
);

CREATE INDEX batches_open ON batches (run_id, state, no) WHERE state = 'open';

CREATE TABLE outcomes (
    run_id TEXT NOT NULL REFERENCES runs (id),
    asin TEXT NOT NULL,
    batch BIGINT,
    outcome TEXT NOT NULL,
    cache_hit BIGINT,
    old_price_yen BIGINT,
    new_price_yen BIGINT,
    stock_before TEXT,
    stock_change TEXT,
    PRIMARY KEY (run_id, asin)
);

CREATE TABLE misses (
    run_id TEXT NOT NULL REFERENCES runs (id),
    asin TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    PRIMARY KEY (run_id, asin)
);

CREATE INDEX misses_open ON misses (run_id, state, attempts, asin) WHERE state = 'open';

CREATE TABLE updates (
    run_id TEXT NOT NULL REFERENCES runs (id),
    listing_id INTEGER NOT NULL REFERENCES listings (id),
    version BIGINT NOT NULL,
    urgency TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    hold_reason TEXT,
    from_price_yen BIGINT NOT NULL,
    from_visible BIGINT NOT NULL,
    from_stock BIGINT,
    to_price_yen BIGINT NOT NULL,
    to_visible BIGINT NOT NULL,
    to_stock BIGINT,
    at TEXT NOT NULL,
    PRIMARY KEY (run_id, listing_id)
);

CREATE INDEX updates_queued ON updates (run_id, state) WHERE state = 'queued';
CREATE INDEX updates_unsettled ON updates (listing_id) WHERE state IN ('queued', 'parked');
CREATE INDEX updates_by_listing ON updates (listing_id, at);
