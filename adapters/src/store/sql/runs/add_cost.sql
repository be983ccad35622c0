-- Locks the run against closing until the transaction ends; other records are not blocked.
INSERT INTO request_costs (
    run_id,
    id,
    requests,
    backfill_requests,
    refused,
    waited_ms,
    lane_us
)
SELECT
    r.id,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7
FROM runs AS r
WHERE
    r.id = $1
    AND r.state IN ('running', 'backfilling', 'held')
{share}
ON CONFLICT (run_id, id) DO NOTHING
