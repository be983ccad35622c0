SELECT
    id,
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    ended_at
FROM runs
WHERE kind = $1
ORDER BY
    started_at DESC,
    id DESC
LIMIT 1
