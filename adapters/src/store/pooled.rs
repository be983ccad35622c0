//! A connection of the pool, which goes back to it only as it came.

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Transaction};
use std::ops::{Deref, DerefMut};

/// A connection of the pool.
///
/// Dropped while a transaction begins, it is closed: the server may be in that transaction, and the
/// driver knows of none, so that what the next user writes would last for him alone (sqlx 0.9.0).
pub(crate) struct Pooled {
    connection: PoolConnection<Any>,
    beginning: bool,
}

impl Pooled {
    /// Begins a transaction by this statement.
    pub(super) async fn begin(
        &mut self,
        statement: &'static str,
    ) -> Result<Transaction<'_, Any>, sqlx::Error> {
        // A file's driver ends what it has begun, and a database in memory ends with its connection.
        self.beginning = self.connection.backend_name() == "PostgreSQL";
        let begun = sqlx::Connection::begin_with(&mut *self.connection, statement).await;
        self.beginning = false;
        begun
    }
}

impl From<PoolConnection<Any>> for Pooled {
    fn from(connection: PoolConnection<Any>) -> Self {
        Self {
            connection,
            beginning: false,
        }
    }
}

impl Deref for Pooled {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if self.beginning {
            self.connection.close_on_drop();
        }
    }
}
