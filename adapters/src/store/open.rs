//! Opens a database, a file or a server, and migrates it to the newest schema. Every error says
//! what to do.

use super::SqlStore;
use super::db::{Database, postgres, schema, sqlite};
use super::location::DatabaseLocation;
use shared::ports::store::StoreError;
use std::path::Path;

impl SqlStore {
    /// Opens the database of `url`, and migrates it to the newest schema.
    ///
    /// - `sqlite://PATH`, where PATH is used literally (`sqlite://miseban.db`,
    ///   `sqlite:///var/lib/miseban.db`); the file is created if it does not exist.
    ///   `sqlite::memory:` is a database in memory, which ends with this value.
    /// - `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, where the database must exist, and whatever
    ///   else libpq takes for a host: `[::1]`, `?host=/run/postgresql`, several hosts of which the
    ///   one that accepts writes is used. `sslmode`, `sslrootcert` and `options` are those of libpq.
    ///   `?max_connections=N` limits the connections of this process (default 10).
    ///   `?pgbouncer=true` says that a pooler in transaction mode is in between; without it that is
    ///   found out.
    ///
    /// # Errors
    ///
    /// [`StoreError::Newer`] for a database of a newer program, [`StoreError::Unusable`] for one
    /// that cannot be used, with what to do about it, [`StoreError::Unavailable`] for a server
    /// that does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        match DatabaseLocation::of(url)? {
            DatabaseLocation::Memory => {
                Self::ready(sqlite::connect(sqlite::IN_MEMORY).await?).await
            }
            DatabaseLocation::File(path) => {
                sqlite::make_file(&path)?;
                let url = sqlite::file_url(&path);
                let open = || async { Self::ready(sqlite::connect(&url).await?).await };
                sqlite::with_lock_retry(open).await
            }
            DatabaseLocation::Server => Self::ready(postgres::connect(url).await?).await,
        }
    }

    async fn ready(db: Database) -> Result<Self, StoreError> {
        let store = Self::over(db);
        store.migrate().await?;
        store.set_clock().await?;
        Ok(store)
    }

    /// Opens an existing database without migrating it.
    ///
    /// # Errors
    ///
    /// As [`SqlStore::open`]; [`StoreError::Unusable`] when there is no such file.
    pub async fn open_existing(url: &str) -> Result<Self, StoreError> {
        let db = match DatabaseLocation::of(url)? {
            DatabaseLocation::Memory => sqlite::connect(sqlite::IN_MEMORY).await?,
            DatabaseLocation::File(path) if path.is_file() => {
                sqlite::connect(&sqlite::file_url(&path)).await?
            }
            DatabaseLocation::File(path) => {
                let path = path.display();
                let advice = "import listings first, or set DATABASE_URL to the right path";
                return Err(StoreError::Unusable(format!(
                    "there is no {path}: {advice}"
                )));
            }
            DatabaseLocation::Server => postgres::connect(url).await?,
        };
        schema::refuse_newer(&db).await?;
        let store = Self::over(db);
        store.set_clock().await?;
        Ok(store)
    }

    /// Creates an empty file, readable by its owner only, unless there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] when it cannot be created.
    pub fn create_file(path: &Path) -> Result<(), StoreError> {
        sqlite::make_file(path)
    }

    /// The version of the schema; 0 for an empty database.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        schema::version(&self.db).await
    }

    /// The newest version of the schema that this program knows.
    pub fn known_version() -> i64 {
        schema::known()
    }

    /// Migrates the database to the newest schema. Idempotent, also when many processes call it at
    /// once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        schema::migrate(&self.db).await
    }

    /// Closes all connections; later calls fail. The last program to close a file merges its log
    /// into it, so that the file alone is the database, which can be moved and copied.
    pub async fn close(&self) {
        self.db.reader.close().await;
        self.db.writer.close().await;
    }
}
