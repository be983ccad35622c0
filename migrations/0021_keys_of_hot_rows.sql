-- PostgreSQL checks a foreign key for each row by itself, and locks the row that is named: all workers
-- lock the one row of their run, twenty times and more a batch. Nothing deletes runs or listings; a
-- run's batches are written with it, all else of a run by whoever has one of its batches or updates;
-- the listing of an update is one of desired_states, which keeps its key. SQLite keeps them all.
{postgres} ALTER TABLE batches DROP CONSTRAINT batches_run_id_fkey;
{postgres} ALTER TABLE outcomes DROP CONSTRAINT outcomes_run_id_fkey;
{postgres} ALTER TABLE misses DROP CONSTRAINT misses_run_id_fkey;
{postgres} ALTER TABLE updates DROP CONSTRAINT updates_run_id_fkey;
{postgres} ALTER TABLE updates DROP CONSTRAINT updates_listing_id_fkey;
