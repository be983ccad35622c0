//! Every port of `shared::ports::store` over one SQL database, and the cache in that database.
//!
//! - `db`: connections, dialects, statements and their parameters, the schema.
//! - `runs`: a run from its start to its report, with its batches, guard and reconciliation.
//! - `listings`: the catalogue, products, updates and history.
//! - `lists`: complete lists of products, for people.
//! - `invalid_asins`: the marks of ASINs that Amazon called invalid.
//! - `accounts`: accounts, tokens, leases and the memory of lanes.
//! - `installation`: what tells this database from every other one.
//! - `processes`: the programs that work on it.
//!
//! A call writes in one transaction of a few statements; rows are passed as one JSON text. The
//! statements are in `sql/`, the schema in `/migrations`. The store decides no business rule.

mod accounts;
mod backup;
mod cache;
mod db;
mod installation;
mod invalid_asins;
mod listings;
mod lists;
mod location;
mod notices;
mod open;
mod processes;
mod retention;
mod runs;
mod scratch;
mod sql_store;

pub use accounts::seal::{TokenKey, TokenKeys};
pub use backup::new_beside;
pub use cache::SqlCache;
pub use location::DatabaseLocation;
pub use sql_store::SqlStore;
