SELECT
    name,
    opens_at_us,
    period_us,
    hour_ms,
    hour_used,
    day_ms,
    day_used,
    closed_until_ms,
    configured_us,
    header_us,
    default_until_us,
    refused_since_us,
    refused_at_us
FROM lanes
ORDER BY name
