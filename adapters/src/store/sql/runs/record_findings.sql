INSERT INTO findings (
    run_id,
    account_id,
    item_id,
    listing_id,
    kind,
    sold_out,
    sku,
    left_price_yen,
    left_visible,
    left_stock,
    found_price_yen,
    found_visible,
    found_stock,
    at
)
SELECT
    $2,
    $3,
    CAST(r.value->>'item' AS BIGINT),
    CAST(r.value->>'listing' AS BIGINT),
    r.value->>'kind',
    CAST(r.value->>'sold_out' AS BIGINT),
    r.value->>'sku',
    CAST(r.value->>'left_price_yen' AS BIGINT),
    CAST(r.value->>'left_visible' AS BIGINT),
    CAST(r.value->>'left_stock' AS BIGINT),
    CAST(r.value->>'found_price_yen' AS BIGINT),
    CAST(r.value->>'found_visible' AS BIGINT),
    CAST(r.value->>'found_stock' AS BIGINT),
    $4
FROM {rows}
WHERE true
ON CONFLICT (run_id, account_id, item_id) DO UPDATE SET
    kind = excluded.kind,
    sold_out = excluded.sold_out,
    found_price_yen = excluded.found_price_yen,
    found_visible = excluded.found_visible,
    found_stock = excluded.found_stock,
    at = excluded.at
