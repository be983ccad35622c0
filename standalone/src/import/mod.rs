//! Reads listings from a CSV file: the products that a shop sells today.
//!
//! A file of the wrong format is rejected as a whole. Invalid rows are reported by line number and
//! skipped; all valid rows are imported in one transaction.

mod asins;
mod fields;
pub mod from_shop;
mod header;
mod lines;
pub mod quoted;
mod row;
#[cfg(test)]
mod tests;

pub use asins::AsinList;
use fields::Fields;
use header::Header;
use lines::Lines;
use row::RowReader;
use shared::domain::account::AccountId;
use shared::ports::store::NewListing;
use std::collections::BTreeMap;
use std::io::BufRead;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// The listings of a file.
#[derive(Debug, Default)]
pub struct Sheet {
    /// The valid rows, in the order of the file.
    pub listings: Vec<NewListing>,
    /// Their line numbers.
    pub lines: Vec<u64>,
    /// The invalid rows.
    pub wrong: WrongRows,
}

/// The invalid rows of a file.
#[derive(Debug, Default)]
pub struct WrongRows {
    /// Their number.
    pub count: u64,
    /// The first of them.
    pub named: Vec<WrongRow>,
}

impl WrongRows {
    /// Most rows that are reported.
    const NAMED: usize = 20;

    fn note(&mut self, line: u64, why: Text) {
        self.count += 1;
        if self.named.len() < Self::NAMED {
            self.named.push(WrongRow { line, why });
        }
    }
}

/// An invalid row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongRow {
    /// Its line number; the first line is 1.
    pub line: u64,
    /// Why it is invalid.
    pub why: Text,
}

impl Sheet {
    /// Reads a whole file; `accounts` are the shops that listings may belong to.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when the whole file is invalid: empty, not UTF-8, a line too long,
    /// another header, no row.
    pub fn read(input: impl BufRead, accounts: &[AccountId]) -> Result<Self, CommandError> {
        let mut lines = Lines::new(input);
        let mut fields = Fields::new();
        let header = loop {
            match lines.next()? {
                None => return Err(empty()),
                Some((_, line)) if line.trim().is_empty() => {}
                Some((number, line)) => break Header::read(number, fields.split(line))?,
            }
        };
        let mut rows = RowReader::new(header, accounts);
        let mut sheet = Self::default();
        while let Some((number, line)) = lines.next()? {
            match rows.read(number, fields.split(line)) {
                Ok(Some(listing)) => {
                    sheet.listings.push(listing);
                    sheet.lines.push(number);
                }
                Ok(None) => {}
                Err(why) => sheet.wrong.note(number, why),
            }
        }
        sheet.leave_out(rows.contradicted());
        if sheet.listings.is_empty() && sheet.wrong.count == 0 {
            return Err(header_only());
        }
        Ok(sheet)
    }

    /// Takes rows that were read as valid from the listings to import.
    fn leave_out(&mut self, rows: Vec<(u64, Text)>) {
        // A row may be contradicted by several.
        let rows: BTreeMap<u64, Text> = rows.into_iter().collect();
        if rows.is_empty() {
            return;
        }
        let mut lines = self.lines.iter();
        self.listings
            .retain(|_| lines.next().is_none_or(|line| !rows.contains_key(line)));
        self.lines.retain(|line| !rows.contains_key(line));
        for (line, why) in rows {
            self.wrong.note(line, why);
        }
        self.wrong.named.sort_by_key(|row| row.line);
    }
}

fn empty() -> CommandError {
    let columns = header::COLUMNS.join(",");
    CommandError::Usage(text!(
        "ファイルが空です。1行目に列名 {columns} を、2行目から商品を書いてください",
        "the file is empty: the first line must be the column names {columns}, followed by the listings"
    ))
}

fn header_only() -> CommandError {
    CommandError::Usage(text!(
        "列名の行だけで、商品が1行もありません。2行目から商品を書いてください",
        "the file has a header but no listing: add the listings from the second line"
    ))
}
