-- Since when a platform refuses a shop or its application, whom and why; and the shop that an account
-- belongs to, with the fingerprint of the first refresh token that was checked last.

ALTER TABLE accounts ADD COLUMN refused_since TEXT;
ALTER TABLE accounts ADD COLUMN refused_party TEXT;
ALTER TABLE accounts ADD COLUMN refused_why TEXT;
ALTER TABLE accounts ADD COLUMN shop_id TEXT;
ALTER TABLE accounts ADD COLUMN shop_seed TEXT;
