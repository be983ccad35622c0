UPDATE accounts
SET
    reauthorise_since = $2,
    reauthorise_why = $3,
    reauthorise_seed = $4
WHERE
    id = $1
    AND (
        reauthorise_since IS NULL
        OR reauthorise_seed <> $4
        OR reauthorise_since < $5
    )
