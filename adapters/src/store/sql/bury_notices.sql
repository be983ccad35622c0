UPDATE notices
SET
    state = 'perhaps',
    settled_at = $1,
    error = 'the program ended before it knew the answer'
WHERE
    state = 'sending'
    AND not_before <= $1
