//! A connection of the pool, which goes back to it only as it came.

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Transaction};
use std::ops::{Deref, DerefMut};

/// A connection of the pool.
///
/// Dropped while a transaction begins, it is closed: the server may be in that transaction, and the
/// driver knows of none, so that what the next user writes would last for him alone (sqlx 0.9.0). Closed,
/// too, when it cannot begin one: after a full disk `SQLite` has ended the last one by itself, and the
/// driver waits for its end for good.
pub(crate) struct Pooled {
    connection: PoolConnection<Any>,
    /// Whether a transaction is open on it cannot be told.
    in_doubt: bool,
}

impl Pooled {
    /// Begins a transaction by this statement.
    pub(crate) async fn begin(
        &mut self,
        statement: &'static str,
    ) -> Result<Transaction<'_, Any>, sqlx::Error> {
        // A file's driver ends what it has begun, and a database in memory ends with its connection.
        self.in_doubt = self.connection.backend_name() == "PostgreSQL";
        let begun = sqlx::Connection::begin_with(&mut *self.connection, statement).await;
        self.in_doubt = matches!(begun, Err(sqlx::Error::InvalidSavePointStatement));
        begun
    }
}

impl From<PoolConnection<Any>> for Pooled {
    fn from(connection: PoolConnection<Any>) -> Self {
        Self {
            connection,
            in_doubt: false,
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
    async fn a_file_on_a_disk_that_was_full_is_written_again_when_there_is_room() {
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
            .expect("room");

        // The connection that met the full disk may be of no use, and then the next one is another.
        let mut told = Vec::new();
        while let Err(error) = write(db).await {
            told.push(error);
            assert!(told.len() < 3, "{told:?}");
        }
        assert!(
            told.iter()
                .all(|error| matches!(error, StoreError::Unavailable(_))),
            "{told:?}"
        );
    }
}
