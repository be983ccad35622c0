-- What has grown old is found without reading what has not. A run whose rows are gone says since when;
-- its own row stays, with its report.
ALTER TABLE runs ADD COLUMN thinned_at TEXT;

CREATE INDEX runs_to_thin ON runs (ended_at, id) WHERE ended_at IS NOT NULL AND thinned_at IS NULL;
CREATE INDEX observations_by_end ON observations (last_seen_at);
