UPDATE accounts
SET
    refused_since = COALESCE(refused_since, $2),
    refused_party = $4,
    refused_why = $5,
    parked_until = CASE
        WHEN COALESCE(parked_until, '') < $3 OR parked_until > $6 THEN $3
        ELSE parked_until
    END
WHERE id = $1
