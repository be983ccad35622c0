-- All pairs of tokens.
SELECT owner, access_token, refresh_token
FROM tokens
