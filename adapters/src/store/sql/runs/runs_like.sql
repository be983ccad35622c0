SELECT
    id,
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    ended_at
FROM runs
WHERE id LIKE $1 || '%'
ORDER BY
    started_at DESC,
    id DESC
LIMIT $2
