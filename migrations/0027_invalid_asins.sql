-- When Amazon called an ASIN invalid last: it is asked for again, daily and then weekly.

ALTER TABLE products ADD COLUMN invalid_seen_at TEXT;

CREATE INDEX products_invalid ON products (asin) WHERE invalid_since IS NOT NULL;
CREATE INDEX outcomes_invalid ON outcomes (run_id, asin) WHERE outcome = 'invalid_asin';

-- What the vendor said instead of an answer.
ALTER TABLE misses ADD COLUMN why TEXT;
