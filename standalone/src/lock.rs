//! Lets only one process at a time send requests for a database, and notices when the database is
//! taken away from it.
//!
//! Without Redis the lanes live in the memory of one process, so a second process would exceed the
//! same quotas. The lock is on the database file itself: every name of it, be it a symlink or a hard
//! link, meets the same lock. The operating system releases it when its process ends, even after a
//! crash.

use adapters::store::{DatabaseLocation, SqlStore};
use app::config::Settings;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ui::command_error::CommandError;
use ui::message::text;

/// Time between two looks whether the file is still there.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// Tries to lock a file that others replace at the same time.
const TRIES: u32 = 5;

/// Held while this process works on the database.
#[derive(Debug)]
pub struct WorkLock {
    /// `None` for a database in memory, which no other process can open.
    held: Option<LockedFile>,
}

#[derive(Debug)]
struct LockedFile {
    /// Never closed: the system would then release the locks that `SQLite` holds on the same file
    /// in this process (source: sqlite.org/howtocorrupt.html, section 2.2).
    file: ManuallyDrop<File>,
    /// The name that the settings have.
    path: PathBuf,
    /// Holds the number of this process, for the messages of others.
    note: PathBuf,
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
            None => Self::take(settings.database_url.location()?).map(Some),
        }
    }

    /// Takes the lock of the database at `location`; creates an empty file if there is none.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when another process holds it, or when its file cannot be written.
    pub fn take(location: DatabaseLocation) -> Result<Self, CommandError> {
        let held = match location {
            DatabaseLocation::File(path) => Some(LockedFile::take(&path)?),
            DatabaseLocation::Memory => None,
            DatabaseLocation::Server => {
                return Err(CommandError::Usage(text!(
                    "PostgreSQLを使うときは、REDIS_URL も設定してください",
                    "with PostgreSQL set REDIS_URL too"
                )));
            }
        };
        Ok(Self { held })
    }

    /// Does `work` under `lock`, if there is one.
    ///
    /// # Errors
    ///
    /// Those of the work; [`CommandError::Failed`] as soon as the database file is deleted or
    /// replaced, since everything written from then on is lost.
    pub async fn during<T>(
        lock: Option<&Self>,
        work: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, CommandError> {
        let Some(held) = lock.and_then(|lock| lock.held.as_ref()) else {
            return work.await;
        };
        let done = tokio::select! {
            lost = held.lost() => return Err(lost),
            done = work => done?,
        };
        held.check().map(|()| done)
    }
}

impl LockedFile {
    fn take(path: &Path) -> Result<Self, CommandError> {
        SqlStore::create_file(path)?;
        let shown = path.display();
        let unusable = |error: io::Error| {
            CommandError::Usage(text!(
                "{shown} を作業中にできません({error})。データベースのファイルとフォルダーに書き込めるようにするか、DATABASE_URL を変えてください",
                "{shown} cannot be locked ({error}): make the database file and its folder writable, or change DATABASE_URL"
            ))
        };
        for _ in 0..TRIES {
            let real = path.canonicalize().map_err(unusable)?;
            let file = open(&real).map_err(unusable)?;
            let note = beside(&real, ".pid");
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(unusable(error)),
                Err(TryLockError::WouldBlock) => return Err(in_use(&note)),
            }
            // Another process may have replaced the file before it was locked.
            if same_file(&file, path).unwrap_or(true) {
                write_note(&note);
                let path = path.to_owned();
                return Ok(Self { file, path, note });
            }
        }
        Err(unusable(ErrorKind::ResourceBusy.into()))
    }

    /// Waits until the file is no longer the one that was locked.
    async fn lost(&self) -> CommandError {
        loop {
            tokio::time::sleep(CHECK_EVERY).await;
            if let Err(lost) = self.check() {
                return lost;
            }
        }
    }

    fn check(&self) -> Result<(), CommandError> {
        let gone = match same_file(&self.file, &self.path) {
            Ok(same) => !same,
            // Another failure, such as that of a network drive, may pass.
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if !gone {
            return Ok(());
        }
        let shown = self.path.display();
        Err(CommandError::Failed(text!(
            "作業中にデータベース {shown} が削除されたか、別のファイルに置き換えられました。それ以降の記録は残りません。元のファイルを戻すか、miseban restore でバックアップから戻して、もう一度始めてください",
            "the database {shown} was deleted or replaced while it was in use, and what was written since then is lost: put the file back, or restore a backup with miseban restore, and start again"
        )))
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // It is only for messages; and an unlocked file is free, also if unlocking fails.
        let _ = std::fs::remove_file(&self.note);
        let _ = self.file.unlock();
    }
}

/// Opens the file to lock. It is never closed again: see [`LockedFile::file`].
fn open(real: &Path) -> io::Result<ManuallyDrop<File>> {
    // Windows refuses to read a locked file, also to SQLite: there a file beside it is locked.
    let path = if cfg!(unix) {
        real.to_owned()
    } else {
        beside(real, ".lock")
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(!cfg!(unix));
    options.truncate(false).open(path).map(ManuallyDrop::new)
}

/// Whether `path` still names the open file.
#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (open, named) = (file.metadata()?, std::fs::metadata(path)?);
    Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
}

/// Whether there is a file: an open one cannot be replaced on this system.
#[cfg(not(unix))]
fn same_file(_file: &File, path: &Path) -> io::Result<bool> {
    std::fs::metadata(path).map(|_| true)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Writes the number of this process to `note`: a new file takes its place, so that a symlink there
/// is never followed. Others only show it, so that a failure does no harm.
fn write_note(note: &Path) {
    let number = std::process::id();
    let new = beside(note, &format!(".{number}"));
    let _ = std::fs::remove_file(&new);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&new)
        .and_then(|mut file| writeln!(file, "{number}"));
    if written.and_then(|()| std::fs::rename(&new, note)).is_err() {
        let _ = std::fs::remove_file(&new);
    }
}

fn in_use(note: &Path) -> CommandError {
    let is_file = std::fs::symlink_metadata(note).is_ok_and(|found| found.is_file());
    let text = std::fs::read_to_string(note).ok().filter(|_| is_file);
    let number: Option<u32> = text.and_then(|text| text.trim().parse().ok());
    let (ja, en) = number.map_or_else(Default::default, |number| {
        (
            format!("(プロセス番号 {number})"),
            format!(" (process {number})"),
        )
    });
    CommandError::Usage(text!(
        "別の店番{ja}がこのデータベースで作業中です。終わるのを待つか、止めてからもう一度実行してください",
        "another miseban{en} is using this database: wait until it ends, or stop it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_sees_the_first_ones_number_and_gets_the_lock_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let take = || WorkLock::take(DatabaseLocation::File(folder.path().join("shop.db")));
        let first = take().unwrap();

        let refused = take().unwrap_err();
        drop(first);

        assert!(
            refused
                .to_string()
                .contains(&std::process::id().to_string())
        );
        assert!(take().is_ok());
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let missing = DatabaseLocation::File("/no/such/folder/shop.db".into());

        let refused = WorkLock::take(missing).unwrap_err();

        assert!(refused.to_string().contains("/no/such/folder"));
    }
}
