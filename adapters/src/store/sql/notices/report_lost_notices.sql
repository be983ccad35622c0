UPDATE notices
SET told_by = $2
WHERE
    channel = $1
    AND state IN ('perhaps', 'refused', 'expired')
    AND told_by IS NULL
