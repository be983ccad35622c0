-- How many rows there are of what must not grow.
SELECT
    (SELECT COUNT(DISTINCT asin) FROM listings) AS asins,
    (SELECT COUNT(*) FROM listings) AS listings,
    (SELECT COUNT(*) FROM accounts) AS accounts,
    (SELECT COUNT(*) FROM products) AS products,
    (SELECT COUNT(*) FROM cache_entries) AS cache_entries,
    (SELECT COUNT(*) FROM desired_states) AS desired,
    (SELECT COUNT(*) FROM applied_states) AS applied,
    (SELECT COUNT(*) FROM tokens) AS tokens,
    (SELECT COUNT(*) FROM leases) AS leases,
    (SELECT COUNT(*) FROM lanes) AS lanes,
    (SELECT COUNT(*) FROM processes) AS processes,
    (SELECT COUNT(*) FROM batches WHERE state = 'open') AS open_batches,
    (SELECT COUNT(*) FROM updates WHERE state IN ('queued', 'parked')) AS open_updates,
    (SELECT COUNT(*) FROM runs WHERE state IN ('running', 'backfilling', 'held')) AS open_runs
