-- Without a parked shop where the time is given: its step waits for the reset.
SELECT
    q.no,
    q.step
FROM shop_reads AS q
INNER JOIN accounts AS a ON a.id = q.account_id
WHERE
    q.run_id = $1
    AND q.state = 'open'
    AND q.no > $2
    AND (
        CAST($4 AS TEXT) IS NULL
        OR COALESCE(a.parked_until, '') <= $4
    )
ORDER BY q.no
LIMIT $3
