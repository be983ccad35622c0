SELECT COUNT(*) AS due
FROM notices
WHERE
    channel = $1
    AND state = 'due'
