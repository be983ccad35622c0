UPDATE accounts
SET tokens_refused_since = CASE
    WHEN tokens_refused_since <= {latest} THEN tokens_refused_since
    ELSE $2
END
WHERE id = $1
RETURNING tokens_refused_since
