-- What is known of products and listings, and their copy for the cache.
-- A listing's number is INTEGER and not BIGINT: SQLite then uses it as the key of the row itself.

CREATE TABLE products (
    asin TEXT PRIMARY KEY,
    price_yen BIGINT,
    price_updated_at TEXT,
    stock TEXT,
    filtered_times BIGINT,
    filtered_why TEXT,
    stock_updated_at TEXT,
    invalid_since TEXT,
    title TEXT,
    description TEXT,
    brand TEXT,
    category TEXT,
    images TEXT,
    basic_info_updated_at TEXT
);

CREATE TABLE cache_entries (
    asin TEXT PRIMARY KEY,
    price_yen BIGINT,
    price_updated_at TEXT,
    stock TEXT,
    filtered_times BIGINT,
    filtered_why TEXT,
    stock_updated_at TEXT,
    invalid_since TEXT,
    title TEXT,
    description TEXT,
    brand TEXT,
    category TEXT,
    images TEXT,
    basic_info_updated_at TEXT,
    cached_at TEXT NOT NULL
);

-- item_id is empty for a listing that is not in the shop: not yet, or since its item became
-- another listing's.
CREATE TABLE listings (
    id INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    asin TEXT NOT NULL,
    item_id BIGINT,
    sku TEXT NOT NULL,
    status TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    UNIQUE (account_id, asin),
    UNIQUE (account_id, item_id)
);

CREATE INDEX listings_by_asin ON listings (asin);

CREATE TABLE desired_states (
    listing_id INTEGER PRIMARY KEY REFERENCES listings (id),
    price_yen BIGINT NOT NULL,
    visible BIGINT NOT NULL,
    stock BIGINT,
    version BIGINT NOT NULL,
    hold_reason TEXT,
    urgency TEXT NOT NULL,
    computed_at TEXT NOT NULL,
    observed_at TEXT NOT NULL
);

CREATE TABLE applied_states (
    listing_id INTEGER PRIMARY KEY REFERENCES listings (id),
    price_yen BIGINT NOT NULL,
    visible BIGINT NOT NULL,
    stock BIGINT,
    version BIGINT NOT NULL,
    applied_at TEXT,
    busy_until TEXT
);

CREATE TABLE observations (
    asin TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    price_yen BIGINT,
    offers TEXT NOT NULL,
    PRIMARY KEY (asin, first_seen_at)
);
