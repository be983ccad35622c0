//! The conformance suite of the store: each test runs on every database. The test crate that includes
//! it provides the database by `open` and `home` in its `world`.

mod accounts;
mod batches;
mod cache;
mod cancel;
mod catalogue;
mod clocks;
mod crash;
mod cut_off;
mod guard;
mod history;
mod infos;
mod invalid_asins;
mod lists;
mod notices;
mod opening;
mod processes;
mod reconcile;
mod report;
mod retried;
mod runs;
mod thinning;
mod tokens;
mod unconfirmed;
mod updates;
