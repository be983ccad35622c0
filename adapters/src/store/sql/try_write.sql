-- Needs what every write needs, and matches no row.
UPDATE leases
SET until = until
WHERE name = ''
