-- Accounts, their tokens, the memory of the lanes.
-- One portable set for SQLite and PostgreSQL: TEXT and BIGINT only, 0 and 1 for no and yes, times
-- as RFC 3339 in UTC with exactly three decimals, so that the order of texts is the order of times.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    active BIGINT NOT NULL,
    parked_until TEXT,
    reauthorise_since TEXT
);

CREATE TABLE tokens (
    owner TEXT PRIMARY KEY,
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    access_expires_at TEXT NOT NULL,
    refreshed_at TEXT NOT NULL,
    seed TEXT NOT NULL
);

CREATE TABLE lanes (
    name TEXT PRIMARY KEY,
    opens_at_us BIGINT NOT NULL,
    period_us BIGINT NOT NULL,
    hour_ms BIGINT NOT NULL,
    hour_used BIGINT NOT NULL,
    day_ms BIGINT NOT NULL,
    day_used BIGINT NOT NULL,
    closed_until_ms BIGINT NOT NULL
);
