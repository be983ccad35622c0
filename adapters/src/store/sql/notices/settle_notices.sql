UPDATE notices
SET
    state = $2,
    not_before = $3,
    settled_at = CASE WHEN $2 = 'due' THEN NULL ELSE $3 END,
    error = $4,
    message = CASE WHEN $2 = 'due' THEN NULL ELSE message END
WHERE
    message = $1
    AND (
        state = 'sending'
        OR (
            $2 = 'sent'
            AND state = 'perhaps'
        )
    )
