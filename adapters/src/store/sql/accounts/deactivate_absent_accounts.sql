UPDATE accounts
SET active = 0
WHERE
    active <> 0
    AND id NOT IN (
        SELECT r.value->>'id'
        FROM {rows}
    )
