-- Shops that lack too many items, and updates whose items too many at once look deleted.
SELECT
    (
        SELECT COUNT(*)
        FROM shop_reads
        WHERE
            run_id = $1
            AND state = 'held'
    ) + (
        SELECT COUNT(*)
        FROM updates
        WHERE
            run_id = $1
            AND state = 'held'
            AND hold_reason = 'mass_change'
            AND code = 'no_item'
    ) AS held
