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
    $1 = 0
    OR state IN ('running', 'backfilling', 'held')
ORDER BY
    started_at DESC,
    id DESC
LIMIT $2
