SELECT until
FROM leases
WHERE name = $1
