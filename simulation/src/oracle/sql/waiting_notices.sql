-- The notices that are not settled.
SELECT channel, event, state, not_before
FROM notices
WHERE state IN ('due', 'sending')
