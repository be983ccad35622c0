-- The shops read back: how far each shop of a run is read, and what was found there. A listing knows the
-- run that saw its item last, so that what was on no page is told without a list of what was; when it was
-- last taken over from the shop; and since when it is sold out there.
-- Number 9 was left out, and comes after 10 nowhere: a database at 10 would look as if it had it.

CREATE TABLE shop_reads (
    run_id TEXT NOT NULL REFERENCES runs (id),
    no BIGINT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    step BIGINT NOT NULL,
    next_offset BIGINT NOT NULL,
    items BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    error TEXT,
    PRIMARY KEY (run_id, no)
);

CREATE INDEX shop_reads_open ON shop_reads (run_id) WHERE state = 'open';

CREATE TABLE findings (
    run_id TEXT NOT NULL REFERENCES runs (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    item_id BIGINT NOT NULL,
    listing_id INTEGER,
    kind TEXT NOT NULL,
    sold_out BIGINT NOT NULL,
    sku TEXT,
    left_price_yen BIGINT,
    left_visible BIGINT,
    left_stock BIGINT,
    found_price_yen BIGINT,
    found_visible BIGINT,
    found_stock BIGINT,
    at TEXT NOT NULL,
    PRIMARY KEY (run_id, account_id, item_id)
);

ALTER TABLE applied_states ADD COLUMN seen_run TEXT;
ALTER TABLE applied_states ADD COLUMN read_at TEXT;
ALTER TABLE applied_states ADD COLUMN sold_out_since TEXT;
