//! Listings from a CSV file: what the shop sells today, as the shop keeper's spreadsheet says it.
//!
//! A file that cannot be what it should be lets nothing in; a wrong row is named by its line and left
//! out. All right rows are handed over together, for one transaction.

mod asins;
mod fields;
pub mod from_shop;
mod header;
mod lines;
mod quoted;
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
use std::io::BufRead;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// What a file holds.
#[derive(Debug, Default)]
pub struct Sheet {
    /// The right rows, in the order of the file.
    pub listings: Vec<NewListing>,
    /// How many rows are wrong.
    pub wrong: u64,
    /// The first wrong rows, at most [`Sheet::NAMED`].
    pub named: Vec<WrongRow>,
}

/// A row that cannot go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongRow {
    /// Its line, from 1 for the header.
    pub line: u64,
    /// What is wrong with it.
    pub why: Text,
}

impl Sheet {
    /// How many wrong rows are named; a file in the wrong form has as many as it has rows.
    pub const NAMED: usize = 20;

    /// Reads a whole file; `accounts` are the shops that listings may belong to.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when the file as a whole is wrong: empty, not UTF-8, a line too long, another
    /// header, no row.
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
                Ok(listing) => sheet.listings.extend(listing),
                Err(why) => sheet.note(number, why),
            }
        }
        if sheet.listings.is_empty() && sheet.wrong == 0 {
            return Err(header_only());
        }
        Ok(sheet)
    }

    fn note(&mut self, line: u64, why: Text) {
        self.wrong += 1;
        if self.named.len() < Self::NAMED {
            self.named.push(WrongRow { line, why });
        }
    }
}

fn empty() -> CommandError {
    let columns = header::COLUMNS.join(",");
    CommandError::Usage(text!(
        "ファイルが空です。1行目に列名 {columns} を、2行目から商品を書いてください",
        "the file is empty: the first line must name the columns {columns}, listings follow from the second"
    ))
}

fn header_only() -> CommandError {
    CommandError::Usage(text!(
        "列名の行だけで、商品が1行もありません。2行目から商品を書いてください",
        "the file has a header and no listing: write listings from the second line"
    ))
}
