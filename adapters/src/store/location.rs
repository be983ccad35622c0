//! Parses `DATABASE_URL`.

use shared::ports::store::StoreError;
use std::path::PathBuf;

/// The database that a URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseLocation {
    /// An `SQLite` database in memory, which ends with its connection.
    Memory,
    /// An `SQLite` file. The path is taken literally: no `%XX` is decoded.
    File(PathBuf),
    /// A `PostgreSQL` server.
    Server,
}

impl DatabaseLocation {
    /// Reads `sqlite://PATH`, `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] for another scheme, or a URL without a path; its text never
    /// contains the URL itself, which may contain a password.
    pub fn of(url: &str) -> Result<Self, StoreError> {
        let scheme = url.split(':').next().unwrap_or_default();
        if matches!(scheme, "postgres" | "postgresql") {
            return Ok(Self::Server);
        }
        let Some(rest) = url.strip_prefix("sqlite:") else {
            let advice = "DATABASE_URL must be a URL like sqlite://miseban.db or \
                          postgres://user:password@host:5432/miseban";
            return Err(StoreError::Unusable(format!(
                "{scheme:?} is not a supported database: {advice}"
            )));
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        match rest.split('?').next().unwrap_or_default() {
            ":memory:" => Ok(Self::Memory),
            "" => {
                let advice = "DATABASE_URL names no file; write for example sqlite://miseban.db";
                Err(StoreError::Unusable(advice.to_owned()))
            }
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }
}
