SELECT
    id,
    kind,
    state,
    account_id,
    dry_run,
    started_at,
    ended_at
FROM runs
WHERE id = $1
