UPDATE notices
SET
    state = 'perhaps',
    settled_at = $1,
    error = $2
WHERE
    state = 'sending'
    AND not_before <= $1
