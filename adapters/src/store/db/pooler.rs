//! Finds out whether a pooler such as pgbouncer, in transaction mode, is between this program and the
//! server.

use super::failure::{failed, not_connected};
use super::pooling::Pooling;
use super::sqlstate::TOO_MANY;
use shared::ports::store::StoreError;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, Connection as _, Row as _};

/// Questions to each of two connections. An idle pooler gives both the same session at once; a busy
/// one needs some to show that a connection has no session of its own.
const QUESTIONS: u32 = 5;

/// Finds out what connections to `server` keep; `one` is one of them.
///
/// In transaction mode the pooler runs transactions of two connections in the same session, or those
/// of one connection in different ones. Each session has its own process.
pub(crate) async fn found_out(
    one: &mut AnyConnection,
    server: &AnyConnectOptions,
) -> Result<Pooling, StoreError> {
    let mut other = match AnyConnection::connect_with(server).await {
        Ok(other) => other,
        // No pooler says that: too many connections, to the server itself.
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code == TOO_MANY) => {
            return Ok(Pooling::Session);
        }
        Err(error) => return Err(not_connected(error)),
    };
    let first = (process(one).await?, process(&mut other).await?);
    let mut is_shared = first.0 == first.1;
    for _ in 1..QUESTIONS {
        if is_shared {
            break;
        }
        is_shared = first != (process(one).await?, process(&mut other).await?);
    }
    other.close().await.map_err(failed)?;
    Ok(if is_shared {
        Pooling::Transaction
    } else {
        Pooling::Session
    })
}

/// In statement mode the pooler ends a connection that begins a transaction, with its reason.
pub(crate) async fn refuse_statement_mode(on: &mut AnyConnection) -> Result<(), StoreError> {
    let begun = on.begin().await.map_err(failed)?;
    begun.rollback().await.map_err(failed)
}

async fn process(on: &mut AnyConnection) -> Result<i32, StoreError> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(on).await;
    row.and_then(|row| row.try_get(0)).map_err(failed)
}
