UPDATE accounts
SET
    refused_since = NULL,
    refused_party = NULL,
    refused_why = NULL,
    parked_until = NULL
WHERE
    id = $1
    AND refused_since IS NOT NULL
