//! Lets only one process at a time send requests for a database, and notices when the database is
//! taken away from it.
//!
//! Without Redis the lanes live in the memory of one process, so a second process would exceed the
//! same quotas. The lock is on the database file itself: every name of it, be it a symlink or a hard
//! link, meets the same lock. The operating system releases it when its process ends, even after a
//! crash.

use crate::lock_note::{LockHolder, LockNote, beside};
use adapters::store::{DatabaseLocation, SqlStore};
use app::config::Settings;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Time between two looks whether the file is still there.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// Tries to lock a file that others replace at the same time, or look at ([`WorkLock::holder`]).
const TRIES: u32 = 5;
/// Pause before a file that is in use is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(20);

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
    note: LockNote,
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
                return Err(CommandError::Usage(needs_redis()));
            }
        };
        Ok(Self { held })
    }

    /// As [`WorkLock::take`], and tells others that this process keeps the schedule.
    ///
    /// # Errors
    ///
    /// As [`WorkLock::take`].
    pub fn take_to_serve(location: DatabaseLocation) -> Result<Self, CommandError> {
        let lock = Self::take(location)?;
        if let Some(held) = &lock.held {
            held.note.write_serves();
        }
        Ok(lock)
    }

    /// Who works on the database at `location` now, if anybody does on this machine. Takes nothing: a
    /// process that starts at this moment tries again.
    pub fn holder(location: &DatabaseLocation) -> Option<LockHolder> {
        let DatabaseLocation::File(path) = location else {
            return None;
        };
        let real = path.canonicalize().ok()?;
        let file = open(&real).ok()?;
        match file.try_lock_shared() {
            Ok(()) => {
                let _ = file.unlock();
                None
            }
            Err(TryLockError::WouldBlock) => Some(note_of(&real).read()),
            Err(TryLockError::Error(_)) => None,
        }
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
                "{shown} cannot be locked ({error}): make the database file and its folder writable, or change DATABASE_URL",
                error = cause(&error),
            ))
        };
        for tried in 1..=TRIES {
            let real = path.canonicalize().map_err(unusable)?;
            let file = open(&real).map_err(unusable)?;
            let note = note_of(&real);
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(unusable(error)),
                Err(TryLockError::WouldBlock) if tried < TRIES => {
                    std::thread::sleep(TRY_AGAIN);
                    continue;
                }
                Err(TryLockError::WouldBlock) => return Err(in_use(note.read())),
            }
            // Another process may have replaced the file before it was locked.
            if same_file(&file, path).unwrap_or(true) {
                note.write();
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
        self.note.remove();
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

fn note_of(real: &Path) -> LockNote {
    LockNote::new(beside(real, ".pid"))
}

fn in_use(by: LockHolder) -> CommandError {
    let (ja, en) = by.process.map_or_else(Default::default, |number| {
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

/// Processes on one server share Amazon's quota, which only Redis lets them do.
pub fn needs_redis() -> Text {
    text!(
        "PostgreSQLを使うときは、REDIS_URL も設定してください",
        "with PostgreSQL set REDIS_URL too"
    )
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
    fn whoever_looks_sees_who_works_and_whether_it_keeps_the_schedule() {
        let folder = tempfile::tempdir().unwrap();
        let location = || DatabaseLocation::File(folder.path().join("shop.db"));
        assert_eq!(WorkLock::holder(&location()), None);
        let lock = WorkLock::take(location()).unwrap();
        let mine = |serves| LockHolder {
            process: Some(std::process::id()),
            serves,
        };

        assert_eq!(WorkLock::holder(&location()), Some(mine(false)));
        drop(lock);
        let lock = WorkLock::take_to_serve(location()).unwrap();
        assert_eq!(WorkLock::holder(&location()), Some(mine(true)));

        drop(lock);
        assert_eq!(WorkLock::holder(&location()), None);
        assert!(WorkLock::take(location()).is_ok());
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let missing = DatabaseLocation::File("/no/such/folder/shop.db".into());

        let refused = WorkLock::take(missing).unwrap_err();

        assert!(refused.to_string().contains("/no/such/folder"));
    }
}
