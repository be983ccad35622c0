-- Since when BASE refuses the fresh access tokens of a shop: what passes within half an hour needs no person.

ALTER TABLE accounts ADD COLUMN tokens_refused_since TEXT;
