//! Maps the errors of the driver to what the caller has to do.

use super::{renewal, sqlstate};
use shared::ports::store::StoreError;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use std::fmt::Display;
use std::io::ErrorKind;

/// The reaction that a failed statement calls for.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => {
                if sqlstate::doubts_the_server(error.code()) {
                    renewal::begin();
                }
                sqlstate::refused(error.code(), error.message())
            }
            None => refused(error.as_ref()),
        },
        sqlx::Error::PoolTimedOut => StoreError::Unavailable(
            "no connection in time: the server admits none, or all are in use".to_owned(),
        ),
        // The driver reports a rejected certificate as invalid data.
        sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => unencrypted(&error),
        sqlx::Error::Tls(error) => unencrypted(&error),
        // The driver also reports it when a connection ends before the server's first answer.
        sqlx::Error::Protocol(what) => StoreError::Unavailable(format!(
            "{what}: the connection was closed, or the server is not PostgreSQL"
        )),
        // After `InvalidSavePointStatement` the connection is closed: see `PooledConnection`.
        sqlx::Error::InvalidSavePointStatement
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_) => StoreError::Unavailable(error.to_string()),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::AnyDriverError(_) => StoreError::Damaged(error.to_string()),
        other => StoreError::Unusable(other.to_string()),
    }
}

/// The same for a connection that could not be made.
pub(crate) fn not_connected(error: sqlx::Error) -> StoreError {
    let refusal = error.as_database_error();
    match refusal.and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) {
        Some(error) => sqlstate::not_admitted(error.code(), error.message()),
        None => failed(error),
    }
}

fn unencrypted(error: &dyn Display) -> StoreError {
    let advice = "check sslmode and sslrootcert in DATABASE_URL";
    StoreError::Unusable(format!("{error}: {advice}"))
}

/// By `SQLite`'s primary result code (source: sqlite.org/rescode.html).
fn refused(error: &dyn DatabaseError) -> StoreError {
    let extended: Option<u32> = error.code().and_then(|code| code.parse().ok());
    let message = error.message();
    let unusable = |advice: &str| StoreError::Unusable(format!("{message}: {advice}"));
    match extended.map(|code| code & 0xff) {
        Some(5 | 6 | 15) => StoreError::Unavailable(message.to_owned()),
        Some(8) => unusable("give this user write access to the file and to its directory"),
        Some(10) => unusable("the disk cannot be read or written; check the system log"),
        Some(11) => unusable("the file is damaged; restore a backup"),
        // Retried, since the work can continue as soon as there is space.
        Some(13) => StoreError::Unavailable(format!("{message}: free some space on the disk")),
        Some(14) => unusable("the file cannot be opened; check its path and permissions"),
        Some(19) => StoreError::Damaged(format!("a row violates a constraint: {message}")),
        Some(26) => unusable("the file is not a SQLite database; set DATABASE_URL to another path"),
        _ => StoreError::Unusable(message.to_owned()),
    }
}

/// The error for a value that no version of this program writes.
pub(crate) fn damaged(column: &str, found: &str) -> StoreError {
    StoreError::Damaged(format!("{column} is {found:?}"))
}
