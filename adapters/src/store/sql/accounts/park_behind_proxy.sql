UPDATE accounts
SET
    proxy_failed_since = COALESCE(proxy_failed_since, $2),
    parked_until = CASE
        WHEN COALESCE(parked_until, '') < $3 THEN $3
        ELSE parked_until
    END
WHERE id = $1
