-- What tells this database from every other one that uses the same Redis: one row, written when it is first
-- asked for. A backup keeps it, so that a restored database goes on with its Redis.
CREATE TABLE installation (
    number BIGINT PRIMARY KEY CHECK (number = 1),
    id TEXT NOT NULL
);
