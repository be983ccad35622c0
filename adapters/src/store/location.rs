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
            _ if names_server(rest) => Err(not_a_file()),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }
}

/// Whether the text after `sqlite:` is the address of a server, with its password: a path is shown to
/// people, so that it must never hold one.
fn names_server(rest: &str) -> bool {
    let has_password = rest.to_ascii_lowercase().contains("password");
    let has_user = rest.split('/').any(|part| {
        let user = part.rsplit_once('@').map(|(user, _)| user);
        user.is_some_and(|user| user.contains(':'))
    });
    rest.contains("://") || has_password || has_user
}

fn not_a_file() -> StoreError {
    let advice = "DATABASE_URL names a server where sqlite: needs the path of a file; \
                  write postgres://user:password@host:5432/miseban";
    StoreError::Unusable(advice.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_server_is_no_file() {
        for wrong in [
            "sqlite://shop:hidden@127.0.0.1:5432/miseban",
            "sqlite:postgres://shop:hidden@host/db",
            "sqlite:host=db user=shop password=hidden",
            "sqlite://db/miseban?password=hidden",
        ] {
            let refused = DatabaseLocation::of(wrong).unwrap_err().to_string();
            assert!(!refused.contains("hidden"), "{refused}");
        }
        for file in [
            "sqlite://C:/shop/me@work/miseban.db",
            "sqlite:///home/me@work/a.db",
        ] {
            let found = DatabaseLocation::of(file);
            assert!(matches!(found, Ok(DatabaseLocation::File(_))), "{file}");
        }
    }
}
