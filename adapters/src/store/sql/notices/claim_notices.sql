-- What is to be sent after $7, and what was sent after $8, was written under a wrong clock.
UPDATE notices
SET
    state = 'sending',
    message = $2,
    not_before = $4,
    attempts = attempts + 1
WHERE
    channel = $1
    AND state = 'due'
    AND event IN (
        SELECT d.event
        FROM notices AS d
        WHERE
            d.channel = $1
            AND d.state = 'due'
        ORDER BY
            d.written_at,
            d.event
        LIMIT $6
    )
    AND NOT EXISTS (
        SELECT 1
        FROM notices AS o
        WHERE
            o.channel = $1
            AND (
                o.state = 'sending'
                OR (
                    o.state = 'due'
                    AND o.not_before > $3
                    AND o.not_before <= $7
                )
                OR (
                    o.state = 'sent'
                    AND o.settled_at > $5
                    AND o.settled_at <= $8
                )
            )
    )
