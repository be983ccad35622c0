//! Opens the database for commands that send no requests.

use adapters::store::{DatabaseLocation, SqlStore};
use ui::command_error::CommandError;
use ui::message::text;

/// Opens the existing database at `url` and upgrades its schema.
///
/// # Errors
///
/// [`CommandError::Failed`] when there is none: creating an empty one would hide a wrong
/// `DATABASE_URL`.
pub async fn existing(url: &str) -> Result<SqlStore, CommandError> {
    if !exists(url)? {
        return Err(CommandError::Failed(text!(
            "データベース {url} がまだありません。miseban import listings で商品を取り込むか、DATABASE_URL を確かめてください",
            "there is no database {url} yet: import listings with miseban import listings, or check DATABASE_URL"
        )));
    }
    Ok(SqlStore::open(url).await?)
}

/// Upgrades the schema of the database at `url`; returns the version before and after.
pub async fn migrate(url: &str) -> Result<(i64, i64), CommandError> {
    let from = if exists(url)? {
        let store = SqlStore::open_existing(url).await?;
        let version = store.schema_version().await?;
        store.close().await;
        version
    } else {
        0
    };
    let store = SqlStore::open(url).await?;
    let to = store.schema_version().await?;
    store.close().await;
    Ok((from, to))
}

/// Whether an `SQLite` file exists; a server reports a missing database itself.
fn exists(url: &str) -> Result<bool, CommandError> {
    Ok(match DatabaseLocation::of(url)? {
        DatabaseLocation::File(path) => path.is_file(),
        DatabaseLocation::Memory | DatabaseLocation::Server => true,
    })
}
