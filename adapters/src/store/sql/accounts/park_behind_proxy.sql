-- A longer park stays, unless it ends after $4 and so was made under a wrong clock.
UPDATE accounts
SET
    proxy_failed_since = COALESCE(proxy_failed_since, $2),
    parked_until = CASE
        WHEN COALESCE(parked_until, '') < $3 OR parked_until > $4 THEN $3
        ELSE parked_until
    END
WHERE id = $1
