UPDATE accounts
SET
    proxy_failed_since = NULL,
    parked_until = NULL
WHERE
    id = $1
    AND proxy_failed_since IS NOT NULL
