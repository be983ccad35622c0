UPDATE runs
SET
    requests = requests + $2,
    backfill_requests = backfill_requests + $3,
    refused = refused + $4,
    waited_ms = waited_ms + $5,
    lane_us = lane_us + $6
WHERE
    id = $1
    AND state IN ('running', 'backfilling', 'held')
