//! The errors of every store port.

/// Why the database did not do what was asked. Each variant is one reaction of the caller.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, locked, or the connection was lost: a retry may succeed.
    #[error("the database is not available now: {0}")]
    Unavailable(String),
    /// A person has to act: no write permission, a damaged file, a schema of another program.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
    /// Its tokens are sealed, and this program does not have the key.
    #[error("its tokens are sealed with {}: check TOKEN_KEY, TOKEN_KEY_FILE and TOKEN_KEY_OLD", if *.another { "another key" } else { "a key, and none is set" })]
    Sealed {
        /// This program has a key, but not the right one.
        another: bool,
    },
    /// The database was written by a newer Miseban.
    #[error(
        "the database has schema version {found}, this program knows up to {known}: use the newer program"
    )]
    Newer {
        /// Version of the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A row contains a value that no version of this program writes.
    #[error("the database holds a value that cannot be read: {0}")]
    Damaged(String),
}

impl StoreError {
    /// Whether the same call may succeed later although nothing else changes here. A server refuses
    /// for a moment also what usually needs a person: in a fail-over, behind a pooler, when a right
    /// or a password is replaced.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unusable(_))
    }
}
