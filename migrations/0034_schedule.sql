-- The most ASINs that a run was limited to, since the schedule counts only runs over everything; and from
-- when on a run that reads the cache takes a value for fresh, whatever its age.
ALTER TABLE runs ADD COLUMN max_items BIGINT;
ALTER TABLE runs ADD COLUMN fresh_since TEXT;

-- The programs that work on this database, one row each: when each was last heard, and when it stopped, if
-- it said so. queues: those that a worker serves, with commas between them.
CREATE TABLE processes (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    queues TEXT NOT NULL,
    started_at TEXT NOT NULL,
    heard_at TEXT NOT NULL,
    stopped_at TEXT
);

-- Why a product that was read from the cache was no hit: it has no entry, or an old one.
ALTER TABLE outcomes ADD COLUMN cache_miss TEXT;
