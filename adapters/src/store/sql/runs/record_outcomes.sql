-- The last outcome is that of the run, and the first old value is kept: a batch and its backfill
-- together are one change. A stock that ends as it began is no change. An error leaves a doubt about
-- a price as it is.
INSERT INTO outcomes (
    run_id,
    asin,
    batch,
    outcome,
    cache_hit,
    cache_miss,
    old_price_yen,
    new_price_yen,
    doubted_price_yen,
    stock_before,
    stock_change
)
SELECT
    $2,
    r.value->>'asin',
    $3,
    r.value->>'outcome',
    CAST(r.value->>'cache_hit' AS BIGINT),
    r.value->>'cache_miss',
    CAST(r.value->>'old_price_yen' AS BIGINT),
    CAST(r.value->>'new_price_yen' AS BIGINT),
    CAST(r.value->>'doubted_price_yen' AS BIGINT),
    r.value->>'stock_before',
    r.value->>'stock_change'
FROM {rows}
WHERE true
ON CONFLICT (run_id, asin) DO UPDATE SET
    batch = COALESCE(outcomes.batch, excluded.batch),
    outcome = excluded.outcome,
    cache_hit = COALESCE(outcomes.cache_hit, excluded.cache_hit),
    cache_miss = COALESCE(outcomes.cache_miss, excluded.cache_miss),
    old_price_yen = COALESCE(outcomes.old_price_yen, excluded.old_price_yen),
    new_price_yen = COALESCE(excluded.new_price_yen, outcomes.new_price_yen),
    doubted_price_yen = CASE
        WHEN excluded.outcome = 'api_error'
            THEN outcomes.doubted_price_yen
        ELSE excluded.doubted_price_yen
    END,
    stock_before = COALESCE(outcomes.stock_before, excluded.stock_before),
    stock_change = CASE
        WHEN excluded.stock_change IS NULL
            THEN outcomes.stock_change
        WHEN COALESCE(outcomes.stock_before, excluded.stock_before) = excluded.stock_before
            THEN excluded.stock_change
        ELSE NULL
    END
