//! Backs up a `SQLite` database into one file, and checks such a file.

use super::SqlStore;
use super::db::{StoredRow, read_first, schema};
use shared::ports::store::StoreError;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

impl SqlStore {
    /// Writes the database, as of one moment, into the new file `target`, readable by its owner
    /// only. Others may work on the database meanwhile. A failure leaves no file.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] when the file exists, or cannot be written.
    pub async fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        let target = std::path::absolute(target).map_err(|error| unwritable(target, &error))?;
        let unwritable = |error: io::Error| unwritable(&target, &error);
        let part = new_beside(&target)?;
        // `SQLite` accepts an empty file, so that it never has other permissions.
        let name = part.to_str().map(str::to_owned).ok_or_else(|| {
            unwritable(io::Error::new(io::ErrorKind::InvalidInput, "not Unicode"))
        })?;
        let mut reader = self.db.reader().await?;
        let copy = sqlx::query("VACUUM INTO $1").bind(name).persistent(false);
        super::db::run(&mut reader, copy).await?;
        let file = OpenOptions::new().write(true).open(&part);
        file.and_then(|file| file.sync_all()).map_err(unwritable)?;
        part.persist_noclobber(&target)
            .map_err(|failure| unwritable(failure.error))
    }

    /// Checks every page of the file, and that a Miseban wrote it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] when it is damaged or another kind of file; [`StoreError::Newer`].
    pub async fn check(&self) -> Result<(), StoreError> {
        let mut reader = self.db.reader().await?;
        let found = read_first(
            &mut reader,
            sqlx::query("PRAGMA integrity_check(1)"),
            |row: &StoredRow| Ok(row.text("integrity_check")?.to_owned()),
        );
        match found.await?.as_deref() {
            Some("ok") => {}
            other => {
                let why = other.unwrap_or("no answer").replace('\n', " ");
                return Err(StoreError::Unusable(format!("the file is damaged: {why}")));
            }
        }
        drop(reader);
        match schema::version(&self.db).await? {
            0 => Err(StoreError::Unusable(
                "it is not a database of Miseban".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// A new empty file in the folder of `target`, readable by its owner only; deleted unless it is
/// renamed.
///
/// # Errors
///
/// [`StoreError::Unusable`] when the folder cannot be written.
pub fn new_beside(target: &Path) -> Result<TempPath, StoreError> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut part = tempfile::Builder::new();
    let part = part.prefix(".miseban-").suffix(".part");
    let part = part.tempfile_in(folder);
    let part = part.map_err(|error| unwritable(target, &error))?;
    Ok(part.into_temp_path())
}

fn unwritable(target: &Path, error: &io::Error) -> StoreError {
    StoreError::Unusable(format!("{} cannot be written: {error}", target.display()))
}
