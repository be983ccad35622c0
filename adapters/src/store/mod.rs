//! The truth in SQL: every port of `shared::ports::store` over one database, one file a port.
//!
//! What one call writes is one transaction of a handful of statements; rows go in as one JSON
//! text. The statements are in `sql/`, the schema in `/migrations`. No rule of the business is
//! decided here.

mod accounts;
mod cache;
mod db;
mod listings;
mod location;
mod notices;
mod open;
mod retention;
mod runs;
mod scratch;

pub use accounts::seal::{TokenKey, TokenKeys};
pub use cache::SqlCache;
pub use location::DatabaseLocation;

use db::database::Database;
use std::sync::Arc;

/// The store over `SQLite` or `PostgreSQL`. Cloning shares the connections.
#[derive(Clone)]
pub struct SqlStore {
    db: Arc<Database>,
    keys: TokenKeys,
}

impl SqlStore {
    /// The same database, with tokens sealed under `keys`.
    #[must_use]
    pub fn with_token_keys(self, keys: TokenKeys) -> Self {
        Self { keys, ..self }
    }

    /// The cache in the same database.
    pub fn cache(&self) -> SqlCache {
        SqlCache::over(Arc::clone(&self.db))
    }
}
