//! The sections of a report: a title and a table, or a list of examples.

use crate::examples::more;
use crate::layout::{Align, counted, table, times};
use crate::message::Lang;

/// The cells of a table, row by row.
pub type Rows = Vec<Vec<String>>;

/// What is done a number of times; everything else is counted as things.
const DONE: [&str; 5] = [
    "BASEの呼び出し",
    "リクエスト",
    "回数制限による待機",
    "問い合わせ(20件ずつ)",
    "手元の情報の確認(20件ずつ)",
];

/// A row for each label, Japanese and English, and its number.
pub fn counts<const N: usize>(rows: [(&str, &str, u64); N], lang: Lang) -> Rows {
    let number = |ja: &str, number| {
        if DONE.contains(&ja) {
            times(number, lang)
        } else {
            counted(number, lang)
        }
    };
    rows.map(|(ja, en, count)| vec![lang.pick(ja, en).to_owned(), number(ja, count)])
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
