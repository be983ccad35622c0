-- The guard against a broken answer: what it allows a run to hide, by the settings when the run began,
-- and what became of it. A row for each run: records that hide something take turns at it.

CREATE TABLE guards (
    run_id TEXT PRIMARY KEY REFERENCES runs (id),
    allowed_percent BIGINT NOT NULL,
    allowed_count BIGINT NOT NULL,
    tripped_at TEXT,
    decided_at TEXT,
    decision TEXT
);

CREATE INDEX updates_hiding ON updates (run_id, listing_id) WHERE from_visible = 1 AND to_visible = 0;
CREATE INDEX updates_held_by_run ON updates (run_id) WHERE state = 'held' AND hold_reason = 'mass_change';
CREATE INDEX updates_held_by_listing ON updates (listing_id) WHERE state = 'held' AND hold_reason = 'mass_change';
