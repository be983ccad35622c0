//! One database and its connections.
//!
//! `SQLite` allows one writer at a time. So a single connection writes and a few others read:
//! waiting for a connection of the pool is fair and cheap, waiting for the file's lock is neither.
//! With `PostgreSQL` one pool serves both.

use super::columns::{StoredRow, json};
use super::dialect::Dialect;
use super::failure::failed;
use super::pooled::{PooledConnection, Session, Transaction, sent};
use super::server_connections::ServerConnections;
use super::statement::{Prepared, Runnable, Sent, Statement};
use serde::Serialize;
use shared::ports::store::StoreError;
use sqlx::{AnyConnection, AnyPool};
use std::sync::Arc;
use std::time::Duration;

/// A server that does not answer within this time counts as unavailable. Longer than the server's
/// own `statement_timeout`.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The connections to one database.
pub(crate) struct Database {
    pub(crate) dialect: Dialect,
    /// Of a server; then both pools are its pool.
    pub(crate) server: Option<Arc<ServerConnections>>,
    pub(crate) writer: AnyPool,
    pub(crate) reader: AnyPool,
}

impl Database {
    /// A connection that only reads.
    pub(crate) async fn reader(&self) -> Result<PooledConnection, StoreError> {
        self.acquire(&self.reader).await
    }

    /// A connection that writes; each statement on it is a transaction of its own.
    pub(crate) async fn writer(&self) -> Result<PooledConnection, StoreError> {
        self.acquire(&self.writer).await
    }

    async fn acquire(&self, pool: &AnyPool) -> Result<PooledConnection, StoreError> {
        if let Some(server) = &self.server {
            return server.acquire().await;
        }
        let file = pool.acquire().await;
        file.map(PooledConnection::to_file).map_err(failed)
    }

    /// Runs a statement as a transaction of its own; returns how many rows it wrote.
    pub(crate) async fn run(&self, query: impl Runnable) -> Result<u64, StoreError> {
        run(&mut self.writer().await?, query).await
    }

    /// All rows of a statement.
    pub(crate) async fn rows(&self, query: impl Runnable) -> Result<Vec<StoredRow>, StoreError> {
        rows(&mut self.reader().await?, query).await
    }

    /// All rows of a statement, each read by `read`.
    pub(crate) async fn read_all<T, C: FromIterator<T>>(
        &self,
        query: impl Runnable,
        read: impl Fn(&StoredRow) -> Result<T, StoreError>,
    ) -> Result<C, StoreError> {
        read_all(&mut self.reader().await?, query, read).await
    }

    /// The first row of a statement, read by `read`.
    pub(crate) async fn read_first<T>(
        &self,
        query: impl Runnable,
        read: impl Fn(&StoredRow) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        read_first(&mut self.reader().await?, query, read).await
    }

    /// The row of a statement that always has one.
    pub(crate) async fn one(&self, query: impl Runnable) -> Result<StoredRow, StoreError> {
        one(&mut self.reader().await?, query).await
    }

    /// All rows of a statement that reads whole tables, each read by `read`.
    pub(crate) async fn survey_all<T, C: FromIterator<T>>(
        &self,
        query: impl Runnable,
        read: impl Fn(&StoredRow) -> Result<T, StoreError>,
    ) -> Result<C, StoreError> {
        let mut reader = self.reader().await?;
        let mut survey = self.survey(&mut reader).await?;
        let found = read_all(&mut survey, query, read).await?;
        commit(survey).await?;
        Ok(found)
    }

    /// A transaction that writes, on a connection of [`Database::writer`]. Without
    /// [`commit`], a drop rolls it back.
    pub(crate) async fn begin<'a>(
        &self,
        on: &'a mut PooledConnection,
    ) -> Result<Transaction<'a>, StoreError> {
        let limit = time_limit(on);
        answered(limit, on.begin(self.dialect.begin())).await
    }

    /// A transaction for statements that read whole tables, as of one moment, on a connection of
    /// [`Database::reader`].
    pub(crate) async fn survey<'a>(
        &self,
        on: &'a mut PooledConnection,
    ) -> Result<Transaction<'a>, StoreError> {
        let limit = time_limit(on);
        let mut begun = answered(limit, on.begin(self.dialect.snapshot())).await?;
        if let Some(setting) = self.dialect.any_plan() {
            run(&mut begun, setting).await?;
        }
        Ok(begun)
    }
}

/// Commits the transaction.
pub(crate) async fn commit(mut transaction: Transaction<'_>) -> Result<(), StoreError> {
    let limit = time_limit(transaction.driver());
    answered(limit, transaction.commit()).await
}

/// Runs a statement; returns how many rows it wrote.
pub(crate) async fn run(on: &mut dyn Session, query: impl Runnable) -> Result<u64, StoreError> {
    let limit = time_limit(on.driver());
    let done = match sent(on, query) {
        Sent::Prepared(query) => answered(limit, query.execute(on.driver())).await?,
        Sent::Text(text) => answered(limit, text.execute(on.driver())).await?,
    };
    Ok(done.rows_affected())
}

/// Runs a statement that takes `rows` as its first parameter; does nothing when there are none.
pub(crate) async fn put(
    on: &mut dyn Session,
    statement: &'static Statement,
    rows: &[impl Serialize],
    bind: impl FnOnce(Prepared) -> Prepared,
) -> Result<(), StoreError> {
    if !rows.is_empty() {
        run(on, bind(statement.bind(json(&rows)?))).await?;
    }
    Ok(())
}

/// All rows of a statement.
pub(crate) async fn rows(
    on: &mut dyn Session,
    query: impl Runnable,
) -> Result<Vec<StoredRow>, StoreError> {
    let limit = time_limit(on.driver());
    let found = match sent(on, query) {
        Sent::Prepared(query) => answered(limit, query.fetch_all(on.driver())).await?,
        Sent::Text(text) => answered(limit, text.fetch_all(on.driver())).await?,
    };
    Ok(found.into_iter().map(StoredRow::from).collect())
}

/// All rows of a statement, each read by `read`.
pub(crate) async fn read_all<T, C: FromIterator<T>>(
    on: &mut dyn Session,
    query: impl Runnable,
    read: impl Fn(&StoredRow) -> Result<T, StoreError>,
) -> Result<C, StoreError> {
    rows(on, query).await?.iter().map(read).collect()
}

/// The first row of a statement, read by `read`.
pub(crate) async fn read_first<T>(
    on: &mut dyn Session,
    query: impl Runnable,
    read: impl Fn(&StoredRow) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    row(on, query).await?.as_ref().map(read).transpose()
}

/// The first row of a statement.
pub(crate) async fn row(
    on: &mut dyn Session,
    query: impl Runnable,
) -> Result<Option<StoredRow>, StoreError> {
    let limit = time_limit(on.driver());
    let found = match sent(on, query) {
        Sent::Prepared(query) => answered(limit, query.fetch_optional(on.driver())).await?,
        // The driver's `fetch_optional` ends at the first statement of several.
        Sent::Text(text) => answered(limit, text.fetch_all(on.driver()))
            .await?
            .into_iter()
            .next(),
    };
    Ok(found.map(StoredRow::from))
}

/// The row of a statement that always has one.
pub(crate) async fn one(
    on: &mut dyn Session,
    query: impl Runnable,
) -> Result<StoredRow, StoreError> {
    let found = row(on, query).await?;
    found.ok_or_else(|| failed(sqlx::Error::RowNotFound))
}

/// How long a call waits for an answer: without a limit for a local file, which always answers.
fn time_limit(on: &AnyConnection) -> Option<Duration> {
    (Dialect::of(on) == Dialect::Postgres).then_some(ANSWER_WITHIN)
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
