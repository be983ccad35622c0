//! A connection of the pool, which is returned only in a known state.

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Transaction};
use std::ops::{Deref, DerefMut};

/// A connection of the pool.
///
/// When it is dropped while a transaction begins, it is closed: the server may have begun the
/// transaction without the driver knowing it, and then writes of the next user would never be
/// committed (sqlx 0.9.0). It is also closed when a transaction cannot begin: after a full disk
/// `SQLite` has rolled back the last one by itself, but the driver takes it for still open.
pub(crate) struct PooledConnection {
    connection: PoolConnection<Any>,
    /// It is unknown whether a transaction is open on it.
    in_doubt: bool,
}

impl PooledConnection {
    /// Begins a transaction with this statement.
    pub(crate) async fn begin(
        &mut self,
        statement: &'static str,
    ) -> Result<Transaction<'_, Any>, sqlx::Error> {
        // The driver for files rolls back by itself; a database in memory ends with its connection.
        self.in_doubt = self.connection.backend_name() == "PostgreSQL";
        let begun = sqlx::Connection::begin_with(&mut *self.connection, statement).await;
        self.in_doubt = matches!(begun, Err(sqlx::Error::InvalidSavePointStatement));
        begun
    }
}

impl From<PoolConnection<Any>> for PooledConnection {
    fn from(connection: PoolConnection<Any>) -> Self {
        Self {
            connection,
            in_doubt: false,
        }
    }
}

impl Deref for PooledConnection {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if self.in_doubt {
            self.connection.close_on_drop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::database::{Database, run};
    use crate::store::SqlStore;
    use shared::ports::store::StoreError;

    async fn write(db: &Database) -> Result<(), StoreError> {
        let mut on = db.writer().await?;
        let mut transaction = db.begin(&mut on).await?;
        let big = sqlx::query("INSERT INTO big (x) VALUES (randomblob(100000))");
        run(&mut transaction, big).await?;
        super::super::database::commit(transaction).await
    }

    #[tokio::test]
    async fn a_file_on_a_full_disk_is_writable_again_once_there_is_space() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let store = SqlStore::open(&url).await.expect("a store");
        let db = &store.db;
        for statement in ["CREATE TABLE big (x BLOB)", "PRAGMA max_page_count = 1"] {
            sqlx::query(statement)
                .execute(&db.writer)
                .await
                .expect(statement);
        }

        let full = write(db).await;
        assert!(
            matches!(&full, Err(StoreError::Unavailable(why)) if why.contains("full")),
            "{full:?}"
        );
        sqlx::query("PRAGMA max_page_count = 1000000")
            .execute(&db.writer)
            .await
            .expect("space");

        // The connection that failed may be closed; the next call then gets another.
        let mut errors = Vec::new();
        while let Err(error) = write(db).await {
            errors.push(error);
            assert!(errors.len() < 3, "{errors:?}");
        }
        assert!(
            errors
                .iter()
                .all(|error| matches!(error, StoreError::Unavailable(_))),
            "{errors:?}"
        );
    }
}
