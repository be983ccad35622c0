//! The sections of a report: a title and a table, or a list of examples.

use crate::examples::more;
use crate::layout::{Align, grouped, table};
use crate::message::Lang;

/// The cells of a table, row by row.
pub type Rows = Vec<Vec<String>>;

/// A row of a label and a number.
pub fn count(label: &str, number: u64) -> Vec<String> {
    vec![label.to_owned(), grouped(number)]
}

/// A section of labels and numbers.
pub fn two_columns(title: &str, rows: &Rows) -> String {
    let rows = table(rows, &[Align::Left, Align::Right]);
    format!("\n{title}\n{rows}")
}

/// The last line of a list that does not show all; empty when it does.
pub fn rest(all: u64, shown: usize, lang: Lang) -> String {
    let more = more(all, shown).map(|more| format!("  {}\n", more.of(lang)));
    more.unwrap_or_default()
}
