INSERT INTO lanes (
    name,
    opens_at_us,
    period_us,
    hour_ms,
    hour_used,
    day_ms,
    day_used,
    closed_until_ms,
    refused_since_us,
    refused_at_us
)
VALUES ($1, 0, 0, 0, 0, 0, 0, 0, $2, $3)
ON CONFLICT (name) DO UPDATE SET
    refused_since_us = excluded.refused_since_us,
    refused_at_us = excluded.refused_at_us
