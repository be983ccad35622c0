//! One database and its connections.
//!
//! `SQLite` has one writer whatever we do, so a single connection writes and a few read beside it:
//! waiting for our own connection is fair and cheap, waiting for the file's lock is neither. A
//! server takes any of its connections for both.

use super::dialect::Dialect;
use super::failure::failed;
use super::pooled::Pooled;
use super::statement::Statement;
use shared::ports::store::StoreError;
use sqlx::any::{AnyArguments, AnyConnectOptions, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Executor, Transaction};
use std::time::Duration;
use tempfile::TempDir;

/// A server that says nothing for so long is away: longer than it lets a statement take.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The connections to one database.
pub(crate) struct Database {
    pub(crate) dialect: Dialect,
    pub(crate) options: AnyConnectOptions,
    pub(crate) writer: AnyPool,
    pub(crate) reader: AnyPool,
    pub(crate) in_memory: bool,
    /// Holds a scratch copy; goes last, after the connections.
    pub(crate) _scratch: Option<TempDir>,
}

/// A statement with its parameters.
pub(crate) type Prepared = Query<'static, Any, AnyArguments>;

impl Database {
    /// The statement, ready for its parameters.
    pub(crate) fn query(&self, statement: &'static Statement) -> Prepared {
        sqlx::query(statement.text(self.dialect))
    }

    /// A connection that only reads.
    pub(crate) async fn reader(&self) -> Result<Pooled, StoreError> {
        self.reader
            .acquire()
            .await
            .map(Pooled::from)
            .map_err(failed)
    }

    /// A connection that writes; each statement on it is a transaction of its own.
    pub(crate) async fn writer(&self) -> Result<Pooled, StoreError> {
        self.writer
            .acquire()
            .await
            .map(Pooled::from)
            .map_err(failed)
    }

    /// A transaction that writes, on a connection of [`Database::writer`]. Dropped without
    /// [`commit`], it leaves nothing behind.
    pub(crate) async fn begin<'a>(
        &self,
        on: &'a mut Pooled,
    ) -> Result<Transaction<'a, Any>, StoreError> {
        let waits = patience(on);
        answered(waits, on.begin(self.dialect.begin())).await
    }

    /// A transaction for statements that go over whole tables, as they are at one moment, on a
    /// connection of [`Database::reader`].
    pub(crate) async fn survey<'a>(
        &self,
        on: &'a mut Pooled,
    ) -> Result<Transaction<'a, Any>, StoreError> {
        let waits = patience(on);
        let mut begun = answered(waits, on.begin(self.dialect.snapshot())).await?;
        if let Some(setting) = self.dialect.any_plan() {
            answered(waits, begun.execute(setting)).await?;
        }
        Ok(begun)
    }
}

/// Makes the transaction last.
pub(crate) async fn commit(transaction: Transaction<'_, Any>) -> Result<(), StoreError> {
    let waits = patience(&transaction);
    answered(waits, transaction.commit()).await
}

/// Runs a statement; returns how many rows it wrote.
pub(crate) async fn run(on: &mut AnyConnection, query: Prepared) -> Result<u64, StoreError> {
    let done = answered(patience(on), query.execute(on)).await?;
    Ok(done.rows_affected())
}

/// All rows of a statement.
pub(crate) async fn rows(
    on: &mut AnyConnection,
    query: Prepared,
) -> Result<Vec<AnyRow>, StoreError> {
    answered(patience(on), query.fetch_all(on)).await
}

/// The first row of a statement.
pub(crate) async fn row(
    on: &mut AnyConnection,
    query: Prepared,
) -> Result<Option<AnyRow>, StoreError> {
    answered(patience(on), query.fetch_optional(on)).await
}

/// The row of a statement that always has one.
pub(crate) async fn one(on: &mut AnyConnection, query: Prepared) -> Result<AnyRow, StoreError> {
    answered(patience(on), query.fetch_one(on)).await
}

/// How long an answer is waited for; a file in this machine always gives one.
fn patience(on: &AnyConnection) -> Option<Duration> {
    (on.backend_name() == "PostgreSQL").then_some(ANSWER_WITHIN)
}

async fn answered<T>(
    within: Option<Duration>,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    let Some(within) = within else {
        return work.await.map_err(failed);
    };
    match tokio::time::timeout(within, work).await {
        Ok(done) => done.map_err(failed),
        Err(_) => Err(StoreError::Unavailable(format!(
            "no answer within {} seconds",
            within.as_secs()
        ))),
    }
}
