-- A longer park stays, unless it ends after $3 and so was made under a wrong clock.
UPDATE accounts
SET parked_until = $2
WHERE
    id = $1
    AND (COALESCE(parked_until, '') < $2 OR parked_until > $3)
