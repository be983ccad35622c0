SELECT
    s.run_id,
    s.no,
    s.account_id
FROM {rows}
INNER JOIN shop_reads AS s
    ON
        s.run_id = r.value->>'run'
        AND s.no = CAST(r.value->>'no' AS BIGINT)
