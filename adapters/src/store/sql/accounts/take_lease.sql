-- A lease that ends after $5 was taken under a wrong clock.
INSERT INTO leases (
    name,
    holder,
    until
)
VALUES (
    $1,
    $2,
    $4
)
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder,
    until = excluded.until
WHERE leases.holder = excluded.holder
    OR leases.until <= $3
    OR leases.until > $5
