//! What every database must do: each sentence is a test of each of them. The crate that takes this
//! in says in its `world` which database `open` and `home` give.

mod accounts;
mod batches;
mod cache;
mod catalogue;
mod crash;
mod cut_off;
mod guard;
mod history;
mod infos;
mod notices;
mod opening;
mod reconcile;
mod report;
mod runs;
mod thinning;
mod tokens;
mod updates;
