SELECT
    name,
    opens_at_us,
    period_us,
    hour_ms,
    hour_used,
    day_ms,
    day_used,
    closed_until_ms
FROM lanes
ORDER BY name
