UPDATE notices
SET told_by = NULL
WHERE told_by = $1
