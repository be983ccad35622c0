INSERT INTO shop_reads (
    run_id,
    no,
    account_id,
    state,
    phase,
    step,
    next_offset,
    items,
    missing
)
SELECT
    $2,
    CAST(r.value->>'no' AS BIGINT),
    r.value->>'account',
    'open',
    'pages',
    0,
    0,
    0,
    0
FROM {rows}
