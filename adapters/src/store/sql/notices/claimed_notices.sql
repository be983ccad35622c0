SELECT
    facts,
    attempts
FROM notices
WHERE
    message = $1
    AND state = 'sending'
ORDER BY
    written_at,
    event
