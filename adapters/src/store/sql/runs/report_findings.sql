SELECT
    COUNT(*) FILTER (WHERE kind = 'drifted') AS drifted,
    COUNT(*) FILTER (WHERE kind = 'drifted' AND left_price_yen <> found_price_yen) AS price,
    COUNT(*) FILTER (WHERE kind = 'drifted' AND left_visible <> found_visible) AS visible,
    COUNT(*) FILTER (
        WHERE kind = 'drifted' AND sold_out = 0 AND left_stock IS DISTINCT FROM found_stock
    ) AS stock,
    COUNT(*) FILTER (WHERE sold_out = 1) AS sold_out,
    COUNT(*) FILTER (WHERE kind = 'gone') AS gone,
    COUNT(*) FILTER (WHERE kind = 'unknown') AS unknown,
    COUNT(*) FILTER (WHERE kind = 'impossible') AS impossible
FROM findings
WHERE run_id = $1
