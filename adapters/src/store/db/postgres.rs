//! Connects to a `PostgreSQL` server. Errors on opening contain host and database, and never the
//! password.

use super::database::Database;
use super::dialect::Dialect;
use super::failure::{failed, not_connected};
use super::renewal;
use shared::ports::store::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row};
use std::str::FromStr;
use std::time::Duration;

/// The most connections of one process. A server admits a hundred by default (source: its manual,
/// `max_connections`).
const CONNECTIONS: u32 = 10;

/// How long a call waits for a connection, a new one included.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// The oldest version that is tested, as `server_version_num`: 13.
const OLDEST: i64 = 130_000;

/// For every connection. A statement and a wait for a lock time out before the caller's lease does,
/// and a process that hangs in a transaction does not block the others forever. The code relies on
/// `read committed` for what concurrent transactions see of each other.
///
/// The planner settings make statements join tables in the order in which they name them, row by
/// row, by key. A new table has no statistics: the planner would begin with the largest table, and
/// a plan made while a table is empty is kept when it is full. Statements that read whole tables
/// use [`Database::survey`].
const SESSION: &str = "SET application_name = 'miseban';
    SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET default_transaction_isolation = 'read committed';
    SET join_collapse_limit = 1;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET random_page_cost = 1.1;
    SET jit = off;";

/// Like [`SESSION`], for migrations: they may take long, and wait for each other.
const MIGRATION: &str = "SET application_name = 'miseban migrate';
    SET statement_timeout = 0;
    SET lock_timeout = '60s';";

/// Connects to the server and database of `url`.
pub(crate) async fn connect(url: &str) -> Result<Database, StoreError> {
    sqlx::any::install_default_drivers();
    let (options, connections) = options(url)?;
    let tried = tokio::time::timeout(CONNECT_WITHIN, try_out(&options)).await;
    let tried = tried.unwrap_or_else(|_| {
        let seconds = CONNECT_WITHIN.as_secs();
        Err(StoreError::Unavailable(format!(
            "no answer within {seconds} seconds"
        )))
    });
    tried.map_err(|error| located(&options, error))?;
    let pool: AnyPool = pool(connections).connect_lazy_with(options.clone());
    Ok(Database {
        dialect: Dialect::Postgres,
        options,
        writer: pool.clone(),
        reader: pool,
    })
}

/// A separate connection for migrations: the lock against concurrent migrations ends with it,
/// whatever happens.
pub(crate) async fn migration_connection(db: &Database) -> Result<AnyConnection, StoreError> {
    let connected = AnyConnection::connect_with(&db.options).await;
    let mut connection = connected.map_err(not_connected)?;
    connection.execute(MIGRATION).await.map_err(failed)?;
    Ok(connection)
}

/// The driver's options, and the number of connections.
fn options(url: &str) -> Result<(AnyConnectOptions, u32), StoreError> {
    let mut options = AnyConnectOptions::from_str(url).map_err(failed)?;
    let mut connections = CONNECTIONS;
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, value) in options.database_url.query_pairs() {
        if name == "max_connections" {
            connections = value
                .parse()
                .ok()
                .filter(|count| *count > 0)
                .ok_or_else(|| {
                    let advice = "max_connections in DATABASE_URL must be a number of at least 1";
                    StoreError::Unusable(advice.to_owned())
                })?;
        } else {
            kept.push((name.into_owned(), value.into_owned()));
        }
    }
    options.database_url.set_query(None);
    if !kept.is_empty() {
        options.database_url.query_pairs_mut().extend_pairs(kept);
    }
    Ok((options, connections))
}

/// Tries one connection, to get its error: a pool would retry until its time-out, and then report
/// only that.
async fn try_out(options: &AnyConnectOptions) -> Result<(), StoreError> {
    let connected = AnyConnection::connect_with(options).await;
    let mut connection = connected.map_err(not_connected)?;
    connection.execute(SESSION).await.map_err(failed)?;
    let asked = "SELECT CAST(current_setting('server_version_num') AS BIGINT)";
    let row = sqlx::query(asked).fetch_one(&mut connection).await;
    let version = row.and_then(|row| row.try_get(0)).map_err(failed)?;
    connection.close().await.map_err(failed)?;
    refuse_old(version)
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
fn located(options: &AnyConnectOptions, error: StoreError) -> StoreError {
    let url = &options.database_url;
    let host = url.host_str().unwrap_or("localhost");
    let port = url.port().unwrap_or(5432);
    let location = format!("{host}:{port}{}", url.path());
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("{location}: {why}")),
        StoreError::Unusable(why) => StoreError::Unusable(format!("{location}: {why}")),
        other => other,
    }
}

/// A connection is tested before use, so that a restart of the server fails only the calls it
/// interrupts, and on its return, so that one that hangs is closed and not kept. Both times it is
/// closed if all are being replaced.
fn pool(size: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(CONNECT_WITHIN)
        .idle_timeout(Duration::from_secs(300))
        .max_lifetime(Duration::from_secs(3600))
        .test_before_acquire(true)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(SESSION).await.map(|_| ()) })
        })
        .before_acquire(|_, made| Box::pin(async move { Ok(!renewal::concerns(made.age)) }))
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

    #[test]
    fn max_connections_is_removed_from_the_url_and_the_rest_is_the_drivers() {
        let url = "postgres://u:p@h/db?sslmode=require&max_connections=3";

        let (options, connections) = options(url).unwrap();

        assert_eq!(connections, 3);
        assert_eq!(options.database_url.query(), Some("sslmode=require"));
    }

    #[test]
    fn an_invalid_number_of_connections_is_refused() {
        for text in ["0", "many", "-1", ""] {
            let refused = options(&format!("postgres://h/db?max_connections={text}"));
            assert!(matches!(refused, Err(StoreError::Unusable(_))), "{text}");
        }
    }
}
