-- What changed lately, over all listings.
CREATE INDEX updates_by_time ON updates (at, run_id, listing_id);
