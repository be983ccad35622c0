-- A separate statement after the close, which has waited for every record of the run.
UPDATE runs
SET
    requests = runs.requests + c.requests,
    backfill_requests = runs.backfill_requests + c.backfill_requests,
    refused = runs.refused + c.refused,
    waited_ms = runs.waited_ms + c.waited_ms,
    lane_us = runs.lane_us + c.lane_us
FROM
    (
        SELECT
            CAST(SUM(requests) AS BIGINT) AS requests,
            CAST(SUM(backfill_requests) AS BIGINT) AS backfill_requests,
            CAST(SUM(refused) AS BIGINT) AS refused,
            CAST(SUM(waited_ms) AS BIGINT) AS waited_ms,
            CAST(SUM(lane_us) AS BIGINT) AS lane_us
        FROM request_costs
        WHERE run_id = $1
        HAVING COUNT(*) > 0
    ) AS c
WHERE runs.id = $1
