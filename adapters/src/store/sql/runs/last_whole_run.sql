SELECT
    id,
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    ended_at
FROM runs
WHERE
    kind = $1
    AND dry_run = 0
    AND account_id IS NULL
    AND max_items IS NULL
    AND asins > 0
ORDER BY
    started_at DESC,
    id DESC
LIMIT 1
