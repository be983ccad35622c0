UPDATE accounts
SET parked_until = $2
WHERE
    id = $1
    AND COALESCE(parked_until, '') < $2
