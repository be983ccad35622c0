//! Connects to a `PostgreSQL` server. Errors on opening contain host and database, and never the
//! password.

use super::database::Database;
use super::dialect::Dialect;
use super::failure::{failed, not_connected};
use super::pooler;
use super::pooling::{Pooling, SESSION};
use super::renewal;
use super::server_connections::{ServerConnections, find};
use super::server_url::ServerUrl;
use super::sqlstate::TOO_MANY;
use shared::ports::store::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, Connection, Executor, Row};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a call waits for a connection, a new one included.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// A connection that was tested so short a time ago is used without a further test. No server restarts
/// within it.
const TRUSTED_FOR: Duration = Duration::from_millis(100);

/// A server admits few connections: one that is not used is closed for other processes.
const IDLE_FOR: Duration = Duration::from_secs(10);

/// Processes give back what they do not need within this time.
const GIVEN_BACK_WITHIN: Duration = Duration::from_secs(10);
const ASKS_AGAIN: Duration = Duration::from_millis(200);

/// The oldest version that is tested, as `server_version_num`: 13.
const OLDEST: i64 = 130_000;

/// The settings of a session for migrations: they may take long, and wait for each other.
const MIGRATION: &str = "SET application_name = 'miseban migrate';
    SET statement_timeout = 0;
    SET lock_timeout = '60s';";

/// Begins the transaction of migrations in a session that belongs to others before and afterwards.
/// Statements that one of them has prepared may have the names of the driver's.
pub(crate) const MIGRATION_POOLED: &str = "BEGIN; SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = '60s';
    SELECT pg_advisory_xact_lock(hashtext('miseban migrate'));
    DEALLOCATE ALL";

/// Connects to the server and database of `url`.
pub(crate) async fn connect(url: &str) -> Result<Database, StoreError> {
    sqlx::any::install_default_drivers();
    let url = ServerUrl::parse(url)?;
    let tried = try_out(&url).await;
    let (first, pooling) = tried.map_err(|error| located(&url.location, error))?;
    let server = ServerConnections::new(url, first, pooling, pool(pooling));
    Ok(Database {
        dialect: Dialect::Postgres,
        writer: server.pool.clone(),
        reader: server.pool.clone(),
        server: Some(Arc::new(server)),
    })
}

/// A separate connection for migrations: the lock against concurrent migrations ends with it,
/// whatever happens.
pub(crate) async fn migration_connection(
    server: &ServerConnections,
) -> Result<AnyConnection, StoreError> {
    let options = server.pool.connect_options();
    let mut connection = admitted(&options).await?;
    if server.pooling == Pooling::Session {
        connection.execute(MIGRATION).await.map_err(failed)?;
    }
    Ok(connection)
}

/// Tries one connection, to get its error: a pool would retry until its time-out, and then report
/// only that. Returns the server that it led to, and what connections keep.
async fn try_out(url: &ServerUrl) -> Result<(AnyConnectOptions, Pooling), StoreError> {
    let server = find(&url.servers).await?;
    let mut connection = admitted(&server).await?;
    let asked = async {
        let pooling = match url.pooling {
            Some(pooling) => pooling,
            None => pooler::found_out(&mut connection, &server).await?,
        };
        if pooling == Pooling::Session {
            connection.execute(SESSION).await.map_err(failed)?;
        } else {
            pooler::refuse_statement_mode(&mut connection).await?;
        }
        let asked = "SELECT CAST(current_setting('server_version_num') AS BIGINT)";
        let row = sqlx::raw_sql(asked).fetch_one(&mut connection).await;
        let version = row.and_then(|row| row.try_get(0)).map_err(failed)?;
        connection.close().await.map_err(failed)?;
        refuse_old(version)?;
        Ok(pooling)
    };
    let asked = tokio::time::timeout(CONNECT_WITHIN, asked).await;
    let pooling = asked.unwrap_or_else(|_| Err(no_answer()))?;
    Ok((server, pooling))
}

/// A new connection; while the server has none left, other processes have time to give one back.
async fn admitted(server: &AnyConnectOptions) -> Result<AnyConnection, StoreError> {
    let begun = Instant::now();
    loop {
        let connected = AnyConnection::connect_with(server);
        match tokio::time::timeout(CONNECT_WITHIN, connected).await {
            Ok(Err(sqlx::Error::Database(error)))
                if error.code().is_some_and(|code| code == TOO_MANY)
                    && begun.elapsed() < GIVEN_BACK_WITHIN =>
            {
                tokio::time::sleep(ASKS_AGAIN).await;
            }
            Ok(connected) => return connected.map_err(not_connected),
            Err(_) => return Err(no_answer()),
        }
    }
}

fn no_answer() -> StoreError {
    let seconds = CONNECT_WITHIN.as_secs();
    StoreError::Unavailable(format!("no answer within {seconds} seconds"))
}

fn refuse_old(version: i64) -> Result<(), StoreError> {
    if version >= OLDEST {
        return Ok(());
    }
    let (found, oldest) = (version / 10_000, OLDEST / 10_000);
    Err(StoreError::Unusable(format!(
        "the server is PostgreSQL {found}: version {oldest} or newer is needed"
    )))
}

/// Adds the location of the server to an error.
fn located(location: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("{location}: {why}")),
        StoreError::Unusable(why) => StoreError::Unusable(format!("{location}: {why}")),
        other => other,
    }
}

/// A connection is tested on its return, so that one that hangs is closed and not kept, and before its
/// next use unless that was a moment ago, so that a restart of the server fails only the calls it
/// interrupts. Both times it is closed if all are being replaced.
fn pool(pooling: Pooling) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .acquire_timeout(CONNECT_WITHIN)
        .idle_timeout(IDLE_FOR)
        .max_lifetime(Duration::from_secs(3600))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                match pooling {
                    Pooling::Session => connection.execute(SESSION).await.map(|_| ()),
                    Pooling::Transaction => Ok(()),
                }
            })
        })
        .test_before_acquire(false)
        .before_acquire(|connection, made| {
            Box::pin(async move {
                if renewal::concerns(made.age) {
                    return Ok(false);
                }
                Ok(made.idle_for < TRUSTED_FOR || connection.ping().await.is_ok())
            })
        })
        .after_release(|connection, made| {
            Box::pin(async move {
                if renewal::concerns(made.age) {
                    return Ok(false);
                }
                let answer = tokio::time::timeout(CONNECT_WITHIN, connection.ping()).await;
                answer.map_err(|late| sqlx::Error::Io(late.into()))??;
                Ok(true)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_refused_with_the_required_version() {
        let refused = refuse_old(120_022).unwrap_err().to_string();

        assert!(
            refused.contains("PostgreSQL 12") && refused.contains("13"),
            "{refused}"
        );
        assert!(refuse_old(130_000).is_ok());
    }
}
