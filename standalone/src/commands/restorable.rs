//! Whether a file can take the place of the database, for `restore`.

use adapters::store::SqlStore;
use shared::ports::store::{StoreError, TokenAge, TokenStore as _};
use std::io::{self, Read as _};
use std::path::Path;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Whether the file is one of `SQLite`, by its first bytes (source: sqlite.org/fileformat.html, section 1.3).
pub(super) fn is_sqlite(path: &Path) -> io::Result<bool> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    // Another kind of file, such as a pipe, may never be read to its end.
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let mut first = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(MAGIC.len() as u64).read_to_end(&mut first)?;
    Ok(first == MAGIC)
}

/// The file is of another kind.
pub(super) fn no_sqlite(source: &Path) -> CommandError {
    refused(
        source,
        text!(
            "SQLiteのデータベースファイルではありません",
            "it is not the file of a SQLite database"
        ),
    )
}

/// Checks `part`, the copy of `source`; returns the ages of its tokens.
pub(super) async fn check(part: &Path, source: &Path) -> Result<Vec<TokenAge>, CommandError> {
    let ages = checked(part).await;
    ages.map_err(|error| refused(source, unfit(error)))
}

async fn checked(part: &Path) -> Result<Vec<TokenAge>, StoreError> {
    let url = format!("sqlite://{}", part.display());
    let store = SqlStore::open_existing(&url).await?;
    let sound = store.check().await;
    let ages = match sound {
        Ok(()) => store.token_ages().await,
        Err(error) => Err(error),
    };
    store.close().await;
    ages
}

/// The file to restore is none that can be restored.
fn refused(source: &Path, why: Text) -> CommandError {
    let shown = source.display();
    CommandError::Usage(text!(
        "{shown} を使えません({why})。miseban backup で作った別のファイルを指定してください。何も変えていません",
        "{shown} cannot be used ({why}): give another file that miseban backup has made; nothing was changed",
        why = why,
    ))
}

/// Why a copy of the file to restore failed its check. The advice of the store is about the database in use.
fn unfit(error: StoreError) -> Text {
    match error {
        StoreError::Unusable(_) | StoreError::Damaged(_) => text!(
            "壊れているか、店番のデータベースではありません",
            "it is damaged, or not a database of Miseban"
        ),
        StoreError::Newer { found, known } => text!(
            "新しい店番のもの(データ形式 {found})で、このプログラムはデータ形式 {known} までしか扱えません",
            "it is of a newer Miseban, schema version {found}, and this program knows up to {known}"
        ),
        other => cause(&other),
    }
}
