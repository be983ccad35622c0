-- Why a shop has to be authorised again, and since when the proxy that it goes through fails.

ALTER TABLE accounts ADD COLUMN reauthorise_why TEXT;
ALTER TABLE accounts ADD COLUMN proxy_failed_since TEXT;
