UPDATE accounts
SET
    reauthorise_since = $2,
    reauthorise_why = $3
WHERE
    id = $1
    AND reauthorise_since IS NULL
