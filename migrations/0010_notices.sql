-- The outbox: what people are to be told, one row for each event and channel. A row is due, sending
-- (with the id of its message, until not_before), then sent, perhaps, refused or expired; quiet is an event
-- that is no news. told_by is the message that has told of a row that did not arrive.

CREATE TABLE notices (
    channel TEXT NOT NULL,
    event TEXT NOT NULL,
    facts TEXT,
    written_at TEXT NOT NULL,
    state TEXT NOT NULL,
    not_before TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    message TEXT,
    settled_at TEXT,
    error TEXT,
    told_by TEXT,
    PRIMARY KEY (channel, event)
);

CREATE INDEX notices_open ON notices (channel, state) WHERE state IN ('due', 'sending');
CREATE INDEX notices_by_message ON notices (message);
