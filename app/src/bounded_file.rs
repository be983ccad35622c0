//! Reads a file that a person wrote, up to a size that such a file never has: a wrong path, such as that of
//! a database or a device, must not fill the memory.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
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
/// Why it cannot be read, in a few words: the system refuses, it is larger than `most` bytes, or it is
/// not UTF-8.
pub fn read(path: &Path, most: u64) -> Result<String, Text> {
    let refused = |error: std::io::Error| text!("{error}", "{error}");
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    let read = file.take(most + 1).read_to_end(&mut bytes);
    if read.map_err(refused)? as u64 > most {
        let mib = most / MIB;
        return Err(text!(
            "{mib} MiB を超えています",
            "it is larger than {mib} MiB"
        ));
    }
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| text!("UTF-8ではありません", "it is not UTF-8"))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let reason = |most| read(&path, most).unwrap_err().en;

        std::fs::write(&path, "\u{feff}店").unwrap();
        assert_eq!(read(&path, 6).unwrap(), "店");
        assert!(reason(5).contains("larger"));
        std::fs::write(&path, b"\x83A").unwrap();
        assert!(reason(SMALL).contains("UTF-8"));
        std::fs::remove_file(&path).unwrap();
        assert!(reason(SMALL).contains("No such file"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_without_an_end_is_refused() {
        let refused = read(Path::new("/dev/zero"), SMALL);

        assert!(refused.unwrap_err().en.contains("larger than 1 MiB"));
    }
}
