//! The database of a command: opened once, when it is first needed, and closed at the command's end.

use adapters::store::{DatabaseLocation, SqlStore};
use app::config::{DatabaseUrl, Settings};
use chrono::{DateTime, Utc};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::OnceCell;
use ui::command_error::CommandError;
use ui::message::text;

/// How long a command waits at its end for statements that still run.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);

/// The store of one command.
///
/// A process has one store: two would wait for each other's locks. Closing it merges the log of a
/// `SQLite` database into its file, so that the file alone is the database.
pub struct CommandStore {
    url: DatabaseUrl,
    store: OnceCell<SqlStore>,
}

impl CommandStore {
    /// The store at the `DATABASE_URL` of `settings`, not opened yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            url: settings.database_url.clone(),
            store: OnceCell::new(),
        }
    }

    /// The store; an `SQLite` file that does not exist is created.
    ///
    /// # Errors
    ///
    /// A database that cannot be used.
    pub async fn open(&self) -> Result<&SqlStore, CommandError> {
        let opened = self
            .store
            .get_or_try_init(|| SqlStore::open(self.url.expose()));
        Ok(opened.await?)
    }

    /// As [`CommandStore::open`], but never creates a database.
    ///
    /// # Errors
    ///
    /// As [`existing`].
    pub async fn existing(&self) -> Result<&SqlStore, CommandError> {
        self.store.get_or_try_init(|| existing(&self.url)).await
    }

    /// An existing store, and the time by its clock.
    ///
    /// # Errors
    ///
    /// As [`existing`].
    pub async fn existing_now(&self) -> Result<(&SqlStore, DateTime<Utc>), CommandError> {
        let store = self.existing().await?;
        Ok((store, store.clock().now()))
    }

    /// Closes the store, if it was opened.
    pub async fn close(self) {
        let Some(store) = self.store.into_inner() else {
            return;
        };
        if tokio::time::timeout(CLOSE_WITHIN, store.close())
            .await
            .is_err()
        {
            tracing::warn!("the database could not be closed in time; its log stays beside it");
        }
    }
}

/// Opens the existing database at `url` and upgrades its schema.
///
/// # Errors
///
/// [`CommandError::Failed`] when there is none: creating an empty one would hide a wrong
/// `DATABASE_URL`.
pub async fn existing(url: &DatabaseUrl) -> Result<SqlStore, CommandError> {
    if let Some(file) = missing_file(url)? {
        let file = file.display();
        return Err(CommandError::Failed(text!(
            "データベース {file} がまだありません。miseban import listings で商品を取り込むか、DATABASE_URL を確かめてください",
            "there is no database {file} yet: import listings with miseban import listings, or check DATABASE_URL"
        )));
    }
    Ok(SqlStore::open(url.expose()).await?)
}

/// Upgrades the schema of the database at `url`; returns the version before and after.
pub async fn migrate(url: &DatabaseUrl) -> Result<(i64, i64), CommandError> {
    let from = if missing_file(url)?.is_none() {
        let store = SqlStore::open_existing(url.expose()).await?;
        let version = store.schema_version().await?;
        store.close().await;
        version
    } else {
        0
    };
    let store = SqlStore::open(url.expose()).await?;
    let to = store.schema_version().await?;
    store.close().await;
    Ok((from, to))
}

/// The `SQLite` file, if it does not exist or is empty, as one is that was only locked; a server
/// reports a missing database itself.
fn missing_file(url: &DatabaseUrl) -> Result<Option<PathBuf>, CommandError> {
    Ok(match url.location()? {
        DatabaseLocation::File(path) => {
            let exists = path.metadata().is_ok_and(|found| found.len() > 0);
            (!exists).then_some(path)
        }
        DatabaseLocation::Memory | DatabaseLocation::Server => None,
    })
}
