//! Opens the database for commands that only read or fill it.

use adapters::store::{DatabaseLocation, SqlStore};
use ui::command_error::CommandError;
use ui::message::text;

/// The database of `url`, which must be there; brought to the newest schema.
///
/// # Errors
///
/// [`CommandError::Failed`] when there is none: a command that only shows makes no empty one, which would
/// hide a wrong `DATABASE_URL`.
pub async fn existing(url: &str) -> Result<SqlStore, CommandError> {
    if !exists(url)? {
        return Err(CommandError::Failed(text!(
            "データベース {url} がまだありません。miseban import listings で商品を取り込むか、DATABASE_URL を確かめてください",
            "there is no database {url} yet: take listings in with miseban import listings, or check DATABASE_URL"
        )));
    }
    Ok(SqlStore::open(url).await?)
}

/// Brings the database of `url` to the newest schema; gives the version before and after.
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

/// Whether an `SQLite` file exists; a server says itself which databases it has.
fn exists(url: &str) -> Result<bool, CommandError> {
    Ok(match DatabaseLocation::of(url)? {
        DatabaseLocation::File(path) => path.is_file(),
        DatabaseLocation::Memory | DatabaseLocation::Server => true,
    })
}
