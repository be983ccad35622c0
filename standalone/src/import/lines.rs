//! Reads lines from an untrusted file: one at a time, of bounded length and in all, valid UTF-8.

use std::io::{BufRead, Read as _};
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::text;

/// A real row needs at most 1 KiB; a longer line means another kind of file.
const LONGEST: usize = 64 * 1024;
/// Two million listings: their rows are in memory until all of them were checked.
const MOST: u64 = 256 * 1024 * 1024;

/// Reads lines one at a time.
pub struct Lines<R> {
    input: R,
    line: Vec<u8>,
    number: u64,
    /// Bytes that may still be read.
    left: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: Vec::new(),
            number: 0,
            left: MOST,
        }
    }

    /// The next line with its number, from 1, without its end and without a byte order mark.
    pub fn next(&mut self) -> Result<Option<(u64, &str)>, CommandError> {
        self.line.clear();
        self.number += 1;
        let number = self.number;
        // Two bytes more, for a line end of CR LF.
        let mut bounded = self.input.by_ref().take(LONGEST as u64 + 2);
        let read = bounded
            .read_until(b'\n', &mut self.line)
            .map_err(|error| unreadable(&error))?;
        if read == 0 {
            return Ok(None);
        }
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(too_large)?;
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LONGEST {
            return Err(too_long(number));
        }
        let line = std::str::from_utf8(line).map_err(|_| not_utf8(number))?;
        let line = if number == 1 {
            line.strip_prefix('\u{feff}').unwrap_or(line)
        } else {
            line
        };
        Ok(Some((number, line)))
    }
}

fn unreadable(error: &std::io::Error) -> CommandError {
    CommandError::Failed(text!(
        "ファイルを最後まで読めませんでした({error})。何も取り込んでいません",
        "the file could not be read completely ({error}); nothing was imported",
        error = cause(&error),
    ))
}

fn too_large() -> CommandError {
    let mib = MOST / 1024 / 1024;
    CommandError::Usage(text!(
        "ファイルが {mib} MiB を超えています。何も取り込んでいません。分けて取り込んでください",
        "the file is larger than {mib} MiB; nothing was imported. Import it in parts"
    ))
}

fn too_long(number: u64) -> CommandError {
    CommandError::Usage(text!(
        "{number}行目が64KiBより長く、商品の一覧とは思えません。何も取り込んでいません。改行のあるCSVファイルか確かめてください",
        "line {number} is longer than 64 KiB, too long for a listing; nothing was imported. Check that this is a CSV file with line breaks"
    ))
}

fn not_utf8(number: u64) -> CommandError {
    CommandError::Usage(text!(
        "{number}行目がUTF-8ではありません(Shift_JISかUTF-16のようです)。何も取り込んでいません。Excelなら「名前を付けて保存」で「CSV UTF-8(コンマ区切り)」を選んで保存し直してください",
        "line {number} is not UTF-8 (perhaps Shift_JIS or UTF-16); nothing was imported. In Excel, use \"Save As\" with the type \"CSV UTF-8 (Comma delimited)\""
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, repeat};

    #[test]
    fn a_file_without_an_end_is_refused_at_the_bound() {
        let mut lines = Lines::new(BufReader::new(repeat(b'\n')));
        lines.left = 1_000;

        let read = (0..2_000).find_map(|_| lines.next().err());

        assert!(matches!(read, Some(CommandError::Usage(_))), "{read:?}");
        assert_eq!(lines.number, 1_001);
    }
}
