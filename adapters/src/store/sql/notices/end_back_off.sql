UPDATE notices
SET
    not_before = $2,
    attempts = 0
WHERE
    channel = $1
    AND state = 'due'
    AND not_before > $2
