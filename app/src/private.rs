//! Files that hold secrets are their owner's alone.

use std::path::Path;
use ui::message::{Text, text};

/// What to do about a file that others can read; `None` where it is in order, is not there, or where
/// there are no such permissions.
#[cfg(unix)]
pub fn readable_by_others(path: &Path) -> Option<Text> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display();
    (mode & 0o077 != 0).then(|| {
        text!(
            "{shown} は他の利用者も読めます。chmod 600 {shown} で自分だけにしてください",
            "{shown} can be read by others; chmod 600 {shown} keeps it to yourself"
        )
    })
}

/// As above.
#[cfg(not(unix))]
pub fn readable_by_others(_path: &Path) -> Option<Text> {
    None
}
