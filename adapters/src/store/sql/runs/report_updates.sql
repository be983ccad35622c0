SELECT
    COUNT(*) FILTER (WHERE state = 'applied') AS applied,
    COUNT(*) FILTER (WHERE state = 'equal') AS equal,
    COUNT(*) FILTER (WHERE state = 'equal' AND at > $2) AS equal_since,
    COUNT(*) FILTER (WHERE hold_reason IS NOT NULL) AS held,
    COUNT(*) FILTER (WHERE state = 'failed') AS failed,
    COUNT(*) FILTER (WHERE state = 'parked' AND code IS NULL) AS parked,
    COUNT(*) FILTER (WHERE state = 'parked' AND code = 'hours') AS for_hours,
    COUNT(*) FILTER (WHERE state = 'delisted') AS delisted,
    COUNT(*) FILTER (WHERE state = 'applied' AND from_visible = 1 AND to_visible = 0) AS hidden,
    COUNT(*) FILTER (WHERE state = 'applied' AND from_visible = 0 AND to_visible = 1) AS shown
FROM updates
WHERE run_id = $1
