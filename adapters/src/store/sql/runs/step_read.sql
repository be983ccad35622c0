-- Only one of several callers with the same step succeeds.
UPDATE shop_reads
SET
    step = step + 1,
    next_offset = COALESCE(CAST($4 AS BIGINT), next_offset),
    next_cursor = CAST($6 AS TEXT),
    phase = CASE
        WHEN
            CAST($4 AS BIGINT) IS NULL
            AND CAST($6 AS TEXT) IS NULL
            THEN 'missing'
        ELSE phase
    END,
    items = items + $5
WHERE
    run_id = $1
    AND no = $2
    AND step = $3
    AND state = 'open'
