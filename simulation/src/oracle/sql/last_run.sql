-- When the newest run of a kind over everything started, of those in this state.
SELECT MAX(started_at) AS started_at
FROM runs
WHERE
    kind = '{kind}'
    AND state IN ({states})
    AND account_id IS NULL
    AND max_items IS NULL
    AND dry_run = 0
