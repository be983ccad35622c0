-- Subtracts the open batches. Each has $2 ASINs, only the last may have fewer.
SELECT
    r.asins,
    r.asins - COUNT(b.no) * $2
    + CASE
        WHEN
            MAX(b.no) = r.batches
            AND r.batches * $2 - r.asins BETWEEN 0 AND $2 - 1
            THEN r.batches * $2 - r.asins
        ELSE 0
    END AS answered
FROM runs AS r
LEFT JOIN batches AS b
    ON
        b.run_id = r.id
        AND b.state = 'open'
WHERE r.id = $1
GROUP BY
    r.id,
    r.asins,
    r.batches
