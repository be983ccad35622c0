-- None once the run has ended: nothing of what is asked for it would be recorded.
SELECT
    m.asin,
    m.attempts
FROM misses AS m
INNER JOIN runs AS r ON r.id = m.run_id
WHERE
    m.run_id = $1
    AND m.state = 'open'
    AND r.state IN ('running', 'backfilling', 'held')
ORDER BY
    m.attempts,
    m.asin
LIMIT $2
