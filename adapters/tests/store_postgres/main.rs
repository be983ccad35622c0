//! The store and its cache over `PostgreSQL`.

#[path = "../store_contract/mod.rs"]
mod store_contract;
#[path = "../store_fixture/mod.rs"]
mod store_fixture;

mod by_key;
mod concurrency;
mod cut;
mod failover;
mod open;
mod taken_back;
mod urls;

/// The fixture on this database.
mod world {
    pub use crate::store_fixture::postgres::{home, open};
    pub use crate::store_fixture::*;
}
