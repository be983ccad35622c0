UPDATE accounts
SET
    reauthorise_since = NULL,
    reauthorise_why = NULL,
    reauthorise_seed = NULL
WHERE
    id = $1
    AND reauthorise_since IS NOT NULL
