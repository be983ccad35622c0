-- Some of the rows, as programs of schema 22 leave them: the columns of later migrations are as a new
-- program finds them then. What was sent and not confirmed is left alone, as those programs do.
UPDATE applied_states
SET sale_yen = NULL
WHERE sends = 0 AND rowid * 37 % 100 < {percent};

UPDATE products
SET
    doubted_price_yen = NULL,
    doubted_at = NULL,
    invalid_seen_at = NULL
WHERE rowid * 37 % 100 < {percent};

UPDATE outcomes
SET
    doubted_price_yen = NULL,
    cache_miss = NULL
WHERE rowid * 37 % 100 < {percent};

UPDATE misses
SET why = NULL
WHERE rowid * 37 % 100 < {percent};

UPDATE accounts
SET
    refused_since = NULL,
    refused_party = NULL,
    refused_why = NULL,
    shop_id = NULL,
    shop_seed = NULL
WHERE rowid * 37 % 100 < {percent};

UPDATE runs
SET fresh_since = NULL
WHERE rowid * 37 % 100 < {percent};

UPDATE lanes
SET
    configured_us = 0,
    header_us = 0,
    default_until_us = 0,
    refused_since_us = 0,
    refused_at_us = 0
WHERE rowid * 37 % 100 < {percent};

DELETE FROM processes
WHERE rowid * 37 % 100 < {percent}
