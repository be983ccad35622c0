//! Splits a line of CSV into its fields. A field cannot span lines: no column needs it, and a
//! missing quote would swallow the rest of the file.

use csv_core::{ReadRecordResult, Reader};

/// Splits lines, and reuses its buffers.
pub struct Fields {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// The line ends inside a quoted field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenQuote;

impl Fields {
    /// A new splitter.
    pub fn new() -> Self {
        Self {
            reader: Reader::new(),
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// The trimmed fields of `line`, which has no line end. A blank line has none.
    ///
    /// # Errors
    ///
    /// [`OpenQuote`] when a quote is not closed.
    pub fn split(&mut self, line: &str) -> Result<Vec<&str>, OpenQuote> {
        let most = line.bytes().filter(|byte| *byte == b',').count() + 2;
        self.text.resize(line.len() + 2, 0);
        self.ends.resize(most, 0);
        let (mut fields, mut length) = (0, 0);
        let mut result = ReadRecordResult::InputEmpty;
        for part in [line.as_bytes(), b"\n"] {
            let (ended, _, written, found) =
                self.reader
                    .read_record(part, &mut self.text[length..], &mut self.ends[fields..]);
            (fields, length, result) = (fields + found, length + written, ended);
        }
        if line.trim().is_empty() {
            return Ok(Vec::new());
        }
        if result != ReadRecordResult::Record {
            self.reader = Reader::new();
            return Err(OpenQuote);
        }
        let mut start = 0;
        let slices = self.ends[..fields].iter().map(|end| {
            let field = &self.text[start..*end];
            start = *end;
            std::str::from_utf8(field).unwrap_or_default().trim()
        });
        Ok(slices.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_commas_and_spaces_are_read_as_spreadsheets_write_them() {
        let mut fields = Fields::new();

        assert_eq!(fields.split("a, b ,c"), Ok(vec!["a", "b", "c"]));
        assert_eq!(
            fields.split("\"a,b\",\"say \"\"x\"\"\","),
            Ok(vec!["a,b", "say \"x\"", ""])
        );
        assert_eq!(fields.split("  "), Ok(vec![]));
        assert_eq!(fields.split("絵文字🎉,x"), Ok(vec!["絵文字🎉", "x"]));
    }

    #[test]
    fn an_open_quote_ends_with_its_line() {
        let mut fields = Fields::new();

        assert_eq!(fields.split("a,\"b"), Err(OpenQuote));
        assert_eq!(fields.split("c,d"), Ok(vec!["c", "d"]));
    }
}
