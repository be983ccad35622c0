INSERT INTO batches (
    run_id,
    no,
    asins,
    state
)
SELECT
    $2,
    CAST(r.value->>'no' AS BIGINT),
    r.value->>'asins',
    'open'
FROM {rows}
