UPDATE notices
SET
    state = 'expired',
    settled_at = $1
WHERE
    state = 'due'
    AND written_at < $2
