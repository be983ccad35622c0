INSERT INTO guards (
    run_id,
    allowed_percent,
    allowed_count
)
VALUES ($1, $2, $3)
