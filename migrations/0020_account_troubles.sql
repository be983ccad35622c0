-- Why a shop has to be authorised again, which first refresh token of the accounts file (its fingerprint)
-- stood there when it was found out, and since when the proxy that it goes through fails.

ALTER TABLE accounts ADD COLUMN reauthorise_why TEXT;
ALTER TABLE accounts ADD COLUMN reauthorise_seed TEXT;
ALTER TABLE accounts ADD COLUMN proxy_failed_since TEXT;
