-- What each record and each failed request of a run cost, by their own ids: counted once however often
-- they are written, and without a row that all records of a run wait for. Added up in the run's row when
-- the run is closed.

CREATE TABLE request_costs (
    run_id TEXT NOT NULL REFERENCES runs (id),
    id TEXT NOT NULL,
    requests BIGINT NOT NULL,
    backfill_requests BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    waited_ms BIGINT NOT NULL,
    lane_us BIGINT NOT NULL,
    PRIMARY KEY (run_id, id)
);
