//! Lets only one process at a time send requests for a database.
//!
//! Without Redis the lanes live in the memory of one process, so a second process would exceed the
//! same quotas. The operating system releases the lock when its process ends, even after a crash.

use adapters::store::DatabaseLocation;
use app::config::Settings;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use ui::command_error::CommandError;
use ui::message::text;

/// Held while this process works on the database.
#[derive(Debug)]
pub struct WorkLock {
    _file: File,
}

impl WorkLock {
    /// Takes the lock of the configured database; `None` with `REDIS_URL`, where processes share
    /// their lanes through Redis and need no lock.
    ///
    /// # Errors
    ///
    /// As [`WorkLock::take`].
    pub fn unless_shared(settings: &Settings) -> Result<Option<Self>, CommandError> {
        match settings.redis {
            Some(_) => Ok(None),
            None => Self::take(&settings.database_url).map(Some),
        }
    }

    /// Takes the lock of the database at `url`.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when another process holds it, or when its file cannot be written.
    pub fn take(url: &str) -> Result<Self, CommandError> {
        let path = lock_file(url)?;
        let shown = path.display();
        let unwritable = |error: std::io::Error| {
            CommandError::Usage(text!(
                "{shown} を作れません({error})。データベースと同じフォルダーに書き込めるようにするか、DATABASE_URL を変えてください",
                "{shown} cannot be written ({error}): make the database's folder writable, or change DATABASE_URL"
            ))
        };
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only for the message; the holder may not have written its number yet.
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                return Err(CommandError::Usage(text!(
                    "別の店番(プロセス番号 {holder})がこのデータベースで作業中です。終わるのを待つか、止めてからもう一度実行してください",
                    "another miseban (process {holder}) is using this database: wait until it ends, or stop it"
                )));
            }
        }
        let number = std::process::id();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{number}"))
            .map_err(unwritable)?;
        Ok(Self { _file: file })
    }
}

fn lock_file(url: &str) -> Result<PathBuf, CommandError> {
    match DatabaseLocation::of(url)? {
        DatabaseLocation::File(path) => Ok(PathBuf::from(format!("{}.lock", path.display()))),
        DatabaseLocation::Memory => Ok(PathBuf::from(":memory:.lock")),
        DatabaseLocation::Server => Err(CommandError::Usage(text!(
            "PostgreSQLを使うときは、REDIS_URL も設定してください",
            "with PostgreSQL set REDIS_URL too"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_sees_the_first_ones_number_and_gets_the_lock_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let first = WorkLock::take(&url).unwrap();

        let refused = WorkLock::take(&url).unwrap_err();
        drop(first);

        assert!(
            refused
                .to_string()
                .contains(&std::process::id().to_string())
        );
        assert!(WorkLock::take(&url).is_ok());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let refused = WorkLock::take("sqlite:///no/such/folder/shop.db").unwrap_err();

        assert!(refused.to_string().contains("/no/such/folder/shop.db.lock"));
    }
}
