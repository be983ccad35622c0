UPDATE accounts
SET tokens_refused_since = NULL
WHERE
    id = $1
    AND tokens_refused_since IS NOT NULL
