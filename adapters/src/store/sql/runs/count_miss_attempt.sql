UPDATE misses
SET attempts = attempts + 1
WHERE
    run_id = $2
    AND asin IN (
        SELECT r.value
        FROM {texts}
    )
