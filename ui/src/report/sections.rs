//! The sections of a report: a title and a table, or a list of examples.

use crate::examples::more;
use crate::layout::{Align, grouped, table};
use crate::message::Lang;

/// The cells of a table, row by row.
pub type Rows = Vec<Vec<String>>;

/// A row for each label, Japanese and English, and its number.
pub fn counts<const N: usize>(rows: [(&str, &str, u64); N], lang: Lang) -> Rows {
    rows.map(|(ja, en, number)| vec![lang.pick(ja, en).to_owned(), grouped(number)])
        .to_vec()
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
