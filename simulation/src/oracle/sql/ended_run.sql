-- What a run that is done says of itself: its ASINs, its outcomes, and what its report counts.
SELECT
    r.asins,
    r.report IS NOT NULL AS has_report,
    (
        SELECT COUNT(*)
        FROM outcomes
        WHERE run_id = r.id
    ) AS outcomes,
    COALESCE(r.report ->> '$.outcomes.success', 0)
    + COALESCE(r.report ->> '$.outcomes.out_of_stock', 0)
    + COALESCE(r.report ->> '$.outcomes.filtered_out', 0)
    + COALESCE(r.report ->> '$.outcomes.api_error', 0)
    + COALESCE(r.report ->> '$.outcomes.invalid_asin', 0) AS reported
FROM runs AS r
WHERE
    r.id = '{run}'
    AND r.state = 'done'
    AND r.dry_run = 0
    AND r.kind IN ('price-stock', 'stale')
