-- What changed in the rows, in the order of the writes; read by the oracle alone.
CREATE TABLE IF NOT EXISTS oracle_log (
    seq INTEGER PRIMARY KEY,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    was TEXT,
    now TEXT
)
