-- The platform of an account, and the place in a shop whose pages have tokens instead of offsets
-- (next_offset stays in use for the others).

ALTER TABLE accounts ADD COLUMN platform TEXT NOT NULL DEFAULT 'base';
ALTER TABLE shop_reads ADD COLUMN next_cursor TEXT;
