//! The note beside a locked database: which process works on it, for the messages of others. The lock
//! itself decides; a note that is missing or wrong does no harm.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Follows the number of a process that keeps the schedule.
const SERVES: &str = "serve";

/// The file with the note.
#[derive(Debug)]
pub struct LockNote(PathBuf);

/// Who works on a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LockHolder {
    /// Its process number; `None` if it has left no readable note.
    pub process: Option<u32>,
    /// Whether it is `miseban serve`, which keeps the schedule.
    pub serves: bool,
}

impl LockNote {
    /// The note at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Writes that this process works: a new file takes the place of the old one, so that a symlink
    /// there is never followed.
    pub fn write(&self) {
        self.put(&std::process::id().to_string());
    }

    /// Writes that this process keeps the schedule.
    pub fn write_serves(&self) {
        self.put(&format!("{} {SERVES}", std::process::id()));
    }

    fn put(&self, text: &str) {
        let new = beside(&self.0, &format!(".{}", std::process::id()));
        let _ = std::fs::remove_file(&new);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(&new)
            .and_then(|mut file| writeln!(file, "{text}"));
        if written
            .and_then(|()| std::fs::rename(&new, &self.0))
            .is_err()
        {
            let _ = std::fs::remove_file(&new);
        }
    }

    /// What the note says.
    pub fn read(&self) -> LockHolder {
        let is_file = std::fs::symlink_metadata(&self.0).is_ok_and(|found| found.is_file());
        let text = std::fs::read_to_string(&self.0)
            .ok()
            .filter(|_| is_file)
            .unwrap_or_default();
        let mut words = text.split_whitespace();
        LockHolder {
            process: words.next().and_then(|number| number.parse().ok()),
            serves: words.next() == Some(SERVES),
        }
    }

    /// Deletes it.
    pub fn remove(&self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The path with `suffix` after its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
