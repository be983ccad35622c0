-- Accounts stay inactive until an accounts file contains them.
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
