-- What only one process may do at a time: refresh a shop's token, start the scheduled runs.

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until TEXT NOT NULL
);
