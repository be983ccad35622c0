INSERT INTO notices (
    channel,
    event,
    facts,
    written_at,
    state,
    not_before,
    attempts,
    settled_at
)
SELECT
    r.value->>'channel',
    r.value->>'event',
    r.value->>'facts',
    r.value->>'at',
    CASE WHEN r.value->>'facts' IS NULL THEN 'quiet' ELSE 'due' END,
    r.value->>'at',
    0,
    CASE WHEN r.value->>'facts' IS NULL THEN r.value->>'at' END
FROM {rows}
WHERE true
ON CONFLICT (channel, event) DO NOTHING
