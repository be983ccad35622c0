//! One database and its connections: a single one that writes, a few that read beside it.
//!
//! `SQLite` has one writer whatever we do; waiting for our own connection is fair and cheap, waiting
//! for the file's lock is neither.

use super::failure::failed;
use super::statement::{Dialect, Statement};
use shared::ports::store::StoreError;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tempfile::TempDir;

/// The connections to one database.
pub(crate) struct Database {
    pub(super) dialect: Dialect,
    pub(super) writer: AnyPool,
    pub(super) reader: AnyPool,
    pub(super) in_memory: bool,
    /// Holds a scratch copy; goes last, after the connections.
    pub(super) _scratch: Option<TempDir>,
}

/// A statement with its parameters.
pub(crate) type Prepared = Query<'static, Any, AnyArguments>;

impl Database {
    /// The statement, ready for its parameters.
    pub(crate) fn query(&self, statement: &'static Statement) -> Prepared {
        sqlx::query(statement.text(self.dialect))
    }

    /// A connection that only reads.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Any>, StoreError> {
        self.reader.acquire().await.map_err(failed)
    }

    /// The connection that writes; each statement on it is a transaction of its own.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<Any>, StoreError> {
        self.writer.acquire().await.map_err(failed)
    }

    /// A transaction that writes. Dropped without [`commit`], it leaves nothing behind.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begun = self.writer.begin_with(self.dialect.begin()).await;
        begun.map_err(failed)
    }
}

/// Makes the transaction last.
pub(crate) async fn commit(transaction: Transaction<'static, Any>) -> Result<(), StoreError> {
    transaction.commit().await.map_err(failed)
}

/// Runs a statement; returns how many rows it wrote.
pub(crate) async fn run(on: &mut AnyConnection, query: Prepared) -> Result<u64, StoreError> {
    let done = query.execute(on).await.map_err(failed)?;
    Ok(done.rows_affected())
}

/// All rows of a statement.
pub(crate) async fn rows(
    on: &mut AnyConnection,
    query: Prepared,
) -> Result<Vec<AnyRow>, StoreError> {
    query.fetch_all(on).await.map_err(failed)
}

/// The first row of a statement.
pub(crate) async fn row(
    on: &mut AnyConnection,
    query: Prepared,
) -> Result<Option<AnyRow>, StoreError> {
    query.fetch_optional(on).await.map_err(failed)
}

/// The row of a statement that always has one.
pub(crate) async fn one(on: &mut AnyConnection, query: Prepared) -> Result<AnyRow, StoreError> {
    query.fetch_one(on).await.map_err(failed)
}
