-- A price that fell too far to be believed, until a second answer; the refusals and the pace of a
-- lane, for people.
ALTER TABLE products ADD COLUMN doubted_price_yen BIGINT;
ALTER TABLE products ADD COLUMN doubted_at TEXT;
ALTER TABLE outcomes ADD COLUMN doubted_price_yen BIGINT;

ALTER TABLE lanes ADD COLUMN configured_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN header_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN default_until_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN refused_since_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN refused_at_us BIGINT NOT NULL DEFAULT 0;
