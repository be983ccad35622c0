-- Accounts that no accounts file has named yet stay inactive until one does.
INSERT INTO accounts (
    id,
    name,
    active
)
SELECT DISTINCT
    r.value->>'account',
    r.value->>'account',
    0
FROM {rows}
WHERE true
ON CONFLICT (id) DO NOTHING
