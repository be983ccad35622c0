//! Reads ASINs from a file: one per line, or the column `asin` of a CSV file with a header.
//!
//! Invalid lines and repeated ASINs are reported and skipped.

use super::WrongRows;
use super::fields::Fields;
use super::lines::Lines;
use super::quoted::no_asin;
use shared::domain::asin::Asin;
use std::collections::HashMap;
use std::io::BufRead;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// The ASINs of a file.
#[derive(Debug, Default)]
pub struct AsinList {
    /// The distinct ASINs, in the order of the file.
    pub asins: Vec<Asin>,
    /// The invalid lines.
    pub wrong: WrongRows,
}

impl AsinList {
    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when the whole file is invalid: no ASIN, not UTF-8, a line too long,
    /// a header without `asin`.
    pub fn read(input: impl BufRead) -> Result<Self, CommandError> {
        let mut lines = Lines::new(input);
        let mut fields = Fields::new();
        let mut list = Self::default();
        let mut first_lines: HashMap<Asin, u64> = HashMap::new();
        let mut place = None;
        while let Some((number, line)) = lines.next()? {
            let Ok(row) = fields.split(line) else {
                list.wrong.note(number, open_quote());
                continue;
            };
            if row.iter().all(|field| field.is_empty()) {
                continue;
            }
            let Some(place) = place else {
                let (column, is_header) = column(number, &row)?;
                place = Some(column);
                if !is_header {
                    list.take(number, row[column], &mut first_lines);
                }
                continue;
            };
            match row.get(place) {
                Some(asin) => list.take(number, asin, &mut first_lines),
                None => list.wrong.note(number, too_short()),
            }
        }
        if list.asins.is_empty() && list.wrong.count == 0 {
            return Err(empty());
        }
        Ok(list)
    }

    fn take(&mut self, line: u64, field: &str, first_lines: &mut HashMap<Asin, u64>) {
        let Ok(asin) = Asin::parse(field) else {
            return self.wrong.note(line, no_asin(field));
        };
        if let Some(first) = first_lines.get(&asin) {
            return self.wrong.note(line, twice(asin, *first));
        }
        first_lines.insert(asin, line);
        self.asins.push(asin);
    }
}

/// The column of the ASINs, and whether the first line is a header. A file with one column needs no
/// header; with several columns, the header must name `asin`.
fn column(line: u64, row: &[&str]) -> Result<(usize, bool), CommandError> {
    let named = |field: &&str| field.eq_ignore_ascii_case("asin");
    if let Some(place) = row.iter().position(named) {
        return Ok((place, true));
    }
    if row.len() == 1 {
        return Ok((0, false));
    }
    Err(CommandError::Usage(text!(
        "{line}行目に asin という列がありません。何も登録していません。ASINを1行に1つ書くか、1行目に列名 asin を入れてください",
        "line {line} has no column asin; nothing was registered. Write one ASIN per line, or name a column asin in the first line"
    )))
}

fn twice(asin: Asin, first: u64) -> Text {
    text!(
        "{asin} は{first}行目にもあります",
        "{asin} is already in line {first}"
    )
}

fn open_quote() -> Text {
    text!("引用符 \" が閉じていません", "a quote (\") is not closed")
}

fn too_short() -> Text {
    text!("asin の列がありません", "the field asin is missing")
}

fn empty() -> CommandError {
    CommandError::Usage(text!(
        "ASINが1つもありません。ASINを1行に1つ書いてください",
        "the file has no ASIN: write one ASIN per line"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ui::message::Lang;

    fn read(content: &str) -> AsinList {
        AsinList::read(content.as_bytes()).unwrap()
    }

    fn names(list: &AsinList) -> Vec<&str> {
        list.asins.iter().map(Asin::as_str).collect()
    }

    #[test]
    fn a_plain_list_and_a_csv_column_are_read_alike() {
        let plain = read("\u{feff}B00EXAMPL1\r\n\r\nb00exampl2\n");
        let headed = read("asin\nB00EXAMPL1\nB00EXAMPL2\n");
        let table = read("title,ASIN\n\"pot, red\",B00EXAMPL1\n,B00EXAMPL2\n");

        for list in [plain, headed, table] {
            assert_eq!(names(&list), ["B00EXAMPL1", "B00EXAMPL2"]);
            assert_eq!(list.wrong.count, 0);
        }
    }

    #[test]
    fn an_invalid_line_and_a_repeated_asin_are_reported_and_skipped() {
        let list = read("B00EXAMPL1\nB00\nB00EXAMPL1\nB00EXAMPL2\n");

        assert_eq!(names(&list), ["B00EXAMPL1", "B00EXAMPL2"]);
        let wrong = &list.wrong;
        let lines: Vec<u64> = wrong.named.iter().map(|row| row.line).collect();
        assert_eq!((wrong.count, lines), (2, vec![2, 3]));
        assert!(
            wrong.named[1]
                .why
                .of(Lang::En)
                .contains("already in line 1")
        );
    }

    #[test]
    fn a_file_without_an_asin_or_with_another_header_is_rejected() {
        for content in ["", "\n\n", "asin\n", "title,price\nB00EXAMPL1,5\n"] {
            let failure = AsinList::read(content.as_bytes()).unwrap_err();

            assert!(matches!(failure, CommandError::Usage(_)), "{content:?}");
        }
        assert!(AsinList::read(&b"B00EXAMPL1\n\x83A\n"[..]).is_err());
    }
}
