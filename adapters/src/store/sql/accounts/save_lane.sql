INSERT INTO lanes (
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
    default_until_us
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (name) DO UPDATE SET
    opens_at_us = excluded.opens_at_us,
    period_us = excluded.period_us,
    hour_ms = excluded.hour_ms,
    hour_used = excluded.hour_used,
    day_ms = excluded.day_ms,
    day_used = excluded.day_used,
    closed_until_ms = excluded.closed_until_ms,
    configured_us = excluded.configured_us,
    header_us = excluded.header_us,
    default_until_us = excluded.default_until_us
