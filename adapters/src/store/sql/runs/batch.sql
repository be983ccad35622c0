-- By key: the index of open batches would do on SQLite, but PostgreSQL then reads all of the
-- run's batches.
SELECT
    b.asins,
    r.kind,
    r.account_id,
    r.fresh_since
FROM batches AS b
INNER JOIN runs AS r ON r.id = b.run_id
WHERE
    b.run_id = $1
    AND b.no = $2
    AND b.state || '' = 'open'
    AND r.state IN ('running', 'backfilling', 'held')
