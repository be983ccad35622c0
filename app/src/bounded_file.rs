//! Reads a file that a person wrote, up to a size that such a file never has: a wrong path, such as that of
//! a database or a device, must not fill the memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use ui::causes::cause;
use ui::message::{Text, text};

const MIB: u64 = 1024 * 1024;

/// Settings, a key: a few kilobytes.
pub const SMALL: u64 = MIB;
/// The accounts file: about 300 bytes a shop.
pub const ACCOUNTS: u64 = 16 * MIB;

/// The text of the file at `path`, without a byte order mark.
///
/// # Errors
///
/// Why it cannot be read, and what to do, both to follow "cannot be read": the system refuses, it is larger
/// than `most` bytes, or it is not UTF-8. `todo` is for all reasons but a missing permission.
pub fn read(path: &Path, most: u64, todo: &Text) -> Result<String, Text> {
    let refused = |error: io::Error| {
        let denied = (error.kind() == ErrorKind::PermissionDenied).then(let_owner_read);
        reason(&cause(&error), denied.as_ref().unwrap_or(todo))
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    let read = file.take(most + 1).read_to_end(&mut bytes);
    if read.map_err(refused)? as u64 > most {
        let mib = most / MIB;
        let why = text!("{mib} MiB を超えています", "it is larger than {mib} MiB");
        return Err(reason(&why, todo));
    }
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| reason(&text!("UTF-8ではありません", "it is not UTF-8"), todo))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

fn let_owner_read() -> Text {
    text!(
        "このユーザーには読む権限がありません。ファイルとフォルダーの所有者と権限を確かめてください。コンテナでは、.env の MISEBAN_USER をファイルの所有者にしてください(docs/containers.md)",
        "this user may not read it: check owner and mode of the file and of its folders; in a container, set MISEBAN_USER in .env to the owner of the file (docs/containers.md)"
    )
}

/// `why` and `todo`, to follow a sentence.
pub fn reason(why: &Text, todo: &Text) -> Text {
    let (ja, en, todo_ja, todo_en) = (&why.ja, &why.en, &todo.ja, &todo.en);
    text!("({ja})。{todo_ja}", " ({en}): {todo_en}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let todo = text!("直す", "mend it");
        let reason = |most| read(&path, most, &todo).unwrap_err().en;

        std::fs::write(&path, "\u{feff}店").unwrap();
        assert_eq!(read(&path, 6, &todo).unwrap(), "店");
        assert!(reason(5).contains("larger"));
        std::fs::write(&path, b"\x83A").unwrap();
        assert!(reason(SMALL).contains("UTF-8"));
        std::fs::remove_file(&path).unwrap();
        assert!(reason(SMALL).contains("No such file"));
        assert!(reason(SMALL).ends_with("): mend it"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_nobody_may_open_for_reading_is_a_matter_of_its_owner() {
        // The kernel refuses to read this file, also for root.
        let path = Path::new("/proc/sys/net/ipv4/route/flush");
        let refused = read(path, SMALL, &text!("直す", "mend it")).unwrap_err().en;

        assert!(refused.contains("MISEBAN_USER"), "{refused}");
        assert!(!refused.contains("mend it"), "{refused}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_without_an_end_is_refused() {
        let refused = read(Path::new("/dev/zero"), SMALL, &text!("直す", "mend it"));

        assert!(refused.unwrap_err().en.contains("larger than 1 MiB"));
    }
}
