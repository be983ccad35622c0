-- Runs about which a person has decided, and whose updates are held all the same.
SELECT
    u.run_id,
    g.decision,
    COUNT(*) AS held
FROM updates AS u
INNER JOIN guards AS g ON g.run_id = u.run_id
WHERE
    u.state = 'held'
    AND u.hold_reason = 'mass_change'
    AND g.decision IS NOT NULL
GROUP BY
    u.run_id,
    g.decision
