-- What was sent to the shop and not confirmed: the states, as objects of JSON with commas between them; how
-- many edits that may be, one for each lease of the listing since it was last confirmed; and the instant
-- after which none of them is on its way any more. A program of before leaves them alone, so that its
-- edits are confirmed once more.

ALTER TABLE applied_states ADD COLUMN sent TEXT;
ALTER TABLE applied_states ADD COLUMN sends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE applied_states ADD COLUMN sent_until TEXT;

-- What buyers are asked during a sale of the platform, whatever price is set.
ALTER TABLE applied_states ADD COLUMN sale_yen BIGINT;
