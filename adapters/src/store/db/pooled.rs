//! A connection of the pool, which is returned only in a known state, and its transactions.

use super::dialect::Dialect;
use super::pooling::{FOR_TRANSACTION, Pooling};
use super::spare::Spare;
use super::statement::{Runnable, Sent};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection as _};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// What statements run on: a connection or a transaction.
pub(crate) trait Session: Send {
    /// The driver's connection.
    fn driver(&mut self) -> &mut AnyConnection;

    /// What it keeps from one transaction to the next.
    fn keeps(&self) -> Pooling;
}

/// A statement as it is sent on this session.
pub(crate) fn sent(on: &mut dyn Session, statement: impl Runnable) -> Sent {
    let dialect = Dialect::of(on.driver());
    if on.keeps() == Pooling::Session {
        return statement.prepared(dialect);
    }
    let text = statement.text(dialect);
    // Several statements in one message are one transaction.
    let text = if on.driver().is_in_transaction() {
        text
    } else {
        let read_committed = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";
        format!("{read_committed}; {FOR_TRANSACTION} {text}")
    };
    Sent::Text(sqlx::raw_sql(AssertSqlSafe(text)))
}

/// A connection of the pool.
///
/// When it is dropped while a transaction begins, it is closed: the server may have begun the
/// transaction without the driver knowing it, and then writes of the next user would never be
/// committed (sqlx 0.9.0). It is also closed when a transaction cannot begin: after a full disk
/// `SQLite` has rolled back the last one by itself, but the driver takes it for still open.
pub(crate) struct PooledConnection {
    connection: PoolConnection<Any>,
    keeps: Pooling,
    /// Of a connection to a server.
    spare: Option<Arc<Spare>>,
    /// It is unknown whether a transaction is open on it.
    in_doubt: bool,
}

impl PooledConnection {
    /// A connection to a file.
    pub(crate) fn to_file(connection: PoolConnection<Any>) -> Self {
        Self {
            connection,
            keeps: Pooling::Session,
            spare: None,
            in_doubt: false,
        }
    }

    /// A connection to a server.
    pub(crate) fn to_server(
        connection: PoolConnection<Any>,
        keeps: Pooling,
        spare: &Arc<Spare>,
    ) -> Self {
        Self {
            connection,
            keeps,
            spare: Some(Arc::clone(spare)),
            in_doubt: false,
        }
    }

    /// Begins a transaction with this statement.
    pub(crate) async fn begin(
        &mut self,
        statement: &'static str,
    ) -> Result<Transaction<'_>, sqlx::Error> {
        // The driver for files rolls back by itself; a database in memory ends with its connection.
        self.in_doubt = self.spare.is_some();
        let statement = match self.keeps {
            Pooling::Session => statement.to_owned(),
            Pooling::Transaction => format!("{statement}; {FOR_TRANSACTION}"),
        };
        let keeps = self.keeps;
        let begun = self.connection.begin_with(AssertSqlSafe(statement)).await;
        self.in_doubt = matches!(begun, Err(sqlx::Error::InvalidSavePointStatement));
        begun.map(|open| Transaction { open, keeps })
    }
}

impl Session for PooledConnection {
    fn driver(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    fn keeps(&self) -> Pooling {
        self.keeps
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
        let is_spare = self.spare.as_ref().is_some_and(|spare| spare.is_due());
        if self.in_doubt || is_spare {
            self.connection.close_on_drop();
        }
    }
}

/// A transaction on a connection, which is rolled back unless it is committed.
pub(crate) struct Transaction<'a> {
    open: sqlx::Transaction<'a, Any>,
    keeps: Pooling,
}

impl Transaction<'_> {
    /// Commits it.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.open.commit().await
    }

    /// Rolls it back.
    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.open.rollback().await
    }
}

impl Session for Transaction<'_> {
    fn driver(&mut self) -> &mut AnyConnection {
        &mut self.open
    }

    fn keeps(&self) -> Pooling {
        self.keeps
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
