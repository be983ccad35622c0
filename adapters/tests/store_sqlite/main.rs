//! The store and its cache over `SQLite`.

#[path = "../store_contract/mod.rs"]
mod store_contract;
#[path = "../store_fixture/mod.rs"]
mod store_fixture;

mod open;

/// The fixture on this database.
mod world {
    pub use crate::store_fixture::sqlite::{home, open};
    pub use crate::store_fixture::*;
}
