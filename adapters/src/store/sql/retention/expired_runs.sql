-- `reported`: the kept report has the last result of every update, as report_run.sql tells.
SELECT
    id,
    ended_at,
    CASE
        WHEN report IS NULL THEN 0
        WHEN
            EXISTS (
                SELECT 1
                FROM updates AS u
                WHERE
                    u.run_id = runs.id
                    AND u.at > runs.ended_at
            )
            AND EXISTS (
                SELECT 1
                FROM batches AS b
                WHERE b.run_id = runs.id
            )
            THEN 0
        ELSE 1
    END AS reported
FROM runs
WHERE
    ended_at IS NOT NULL
    AND thinned_at IS NULL
    AND ended_at < $1
    AND (
        ended_at > $2
        OR (
            ended_at = $2
            AND id > $3
        )
    )
ORDER BY
    ended_at,
    id
LIMIT 1
