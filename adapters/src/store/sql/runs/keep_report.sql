UPDATE runs
SET report = $2
WHERE
    id = $1
    AND ended_at IS NOT NULL
