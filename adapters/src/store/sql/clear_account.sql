UPDATE accounts
SET reauthorise_since = NULL
WHERE
    id = $1
    AND reauthorise_since IS NOT NULL
