INSERT INTO accounts (
    id,
    platform,
    name,
    active
)
SELECT
    r.value->>'id',
    r.value->>'platform',
    r.value->>'name',
    CAST(r.value->>'active' AS BIGINT)
FROM {rows}
WHERE true
ON CONFLICT (id) DO UPDATE SET
    platform = excluded.platform,
    name = excluded.name,
    active = excluded.active
