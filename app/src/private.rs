//! Files with secrets, which only their owner may read.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use ui::message::{Text, text};

/// A warning about a file that other users can read; `None` if they cannot, if the file does not
/// exist and on systems without such permissions.
#[cfg(unix)]
pub fn readable_by_others(path: &Path) -> Option<Text> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display();
    (mode & 0o077 != 0).then(|| {
        text!(
            "{shown} は他の利用者も読めます。chmod 600 {shown} で自分だけにしてください",
            "{shown} can be read by other users; run chmod 600 {shown} to make it private"
        )
    })
}

/// No warning: this system has no such permissions.
#[cfg(not(unix))]
pub fn readable_by_others(_path: &Path) -> Option<Text> {
    None
}

/// Creates the file, or empties it; only its owner can read a file that is new.
///
/// # Errors
///
/// When the system refuses to.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
