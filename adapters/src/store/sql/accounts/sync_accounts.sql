INSERT INTO accounts (
    id,
    name,
    active
)
SELECT
    r.value->>'id',
    r.value->>'name',
    CAST(r.value->>'active' AS BIGINT)
FROM {rows}
WHERE true
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name,
    active = excluded.active
