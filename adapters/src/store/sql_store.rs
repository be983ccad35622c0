//! The store: connections and the keys that seal tokens. Each port is implemented in its own file.

use super::accounts::seal::TokenKeys;
use super::db::Database;
use std::sync::Arc;

/// The store over `SQLite` or `PostgreSQL`. Cloning shares the connections.
#[derive(Clone)]
pub struct SqlStore {
    pub(super) db: Arc<Database>,
    pub(super) keys: TokenKeys,
}

impl SqlStore {
    pub(super) fn over(db: Database) -> Self {
        Self {
            db: Arc::new(db),
            keys: TokenKeys::default(),
        }
    }

    /// The same database, with tokens sealed under `keys`.
    #[must_use]
    pub fn with_token_keys(self, keys: TokenKeys) -> Self {
        Self { keys, ..self }
    }
}
