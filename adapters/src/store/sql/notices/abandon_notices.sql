-- A claim that ends after $3 was made under a wrong clock.
UPDATE notices
SET
    state = 'perhaps',
    settled_at = $1,
    error = $2
WHERE
    state = 'sending'
    AND (not_before <= $1 OR not_before > $3)
