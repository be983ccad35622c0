-- `followed`: an update has got another result since the end of the run. Retention deletes the batches first:
-- while there is one, all updates are there.
SELECT
    r.kind,
    r.state,
    r.account_id,
    r.dry_run,
    r.started_at,
    r.ended_at,
    r.error,
    r.asins,
    r.batches,
    r.requests + c.requests AS requests,
    r.backfill_requests + c.backfill_requests AS backfill_requests,
    r.refused + c.refused AS refused,
    r.waited_ms + c.waited_ms AS waited_ms,
    r.lane_us + c.lane_us AS lane_us,
    r.report,
    CASE
        WHEN
            EXISTS (
                SELECT 1
                FROM updates AS u
                WHERE
                    u.run_id = r.id
                    AND u.at > r.ended_at
            )
            AND EXISTS (
                SELECT 1
                FROM batches AS b
                WHERE b.run_id = r.id
            )
            THEN 1
        ELSE 0
    END AS followed
FROM runs AS r
CROSS JOIN
    (
        SELECT
            CAST(COALESCE(SUM(requests), 0) AS BIGINT) AS requests,
            CAST(COALESCE(SUM(backfill_requests), 0) AS BIGINT) AS backfill_requests,
            CAST(COALESCE(SUM(refused), 0) AS BIGINT) AS refused,
            CAST(COALESCE(SUM(waited_ms), 0) AS BIGINT) AS waited_ms,
            CAST(COALESCE(SUM(lane_us), 0) AS BIGINT) AS lane_us
        FROM request_costs
        WHERE run_id = $1
    ) AS c
WHERE r.id = $1
