//! The truth in SQL: every port of `shared::ports::store` over one database, one file a port.
//!
//! What one call writes is one transaction of a handful of statements; rows go in as one JSON
//! text. The statements are in `sql/`, the schema in `/migrations`. No rule of the business is
//! decided here.

mod accounts;
mod batches;
pub(crate) mod catalogue;
pub(crate) mod columns;
pub(crate) mod database;
mod dialect;
mod failure;
mod guard;
mod history;
mod import;
mod lanes;
mod leases;
mod notices;
mod open;
mod pending;
mod pooled;
mod postgres;
pub(crate) mod product_rows;
mod reconcile;
mod reconcile_page;
mod reconcile_rows;
mod record;
mod record_rows;
mod report;
mod report_reconcile;
mod runs;
mod schema;
mod scratch;
mod seal;
mod sqlite;
mod sqlstate;
mod start;
pub(crate) mod statement;
mod story;
mod thinning;
mod tokens;
mod updates;

pub use seal::{TokenKey, TokenKeys};

use crate::cache::SqlCache;
use database::Database;
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
