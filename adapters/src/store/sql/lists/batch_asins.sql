SELECT
    b.run_id,
    b.no,
    b.asins
FROM {rows}
INNER JOIN batches AS b
    ON
        b.run_id = r.value->>'run'
        AND b.no = CAST(r.value->>'no' AS BIGINT)
