UPDATE accounts
SET tokens_refused_since = COALESCE(tokens_refused_since, $2)
WHERE id = $1
RETURNING tokens_refused_since
