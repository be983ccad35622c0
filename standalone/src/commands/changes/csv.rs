//! The changes as CSV: a header and one line per change. Times are Japan's, with their offset.

use super::view::ChangeView;
use chrono::{DateTime, TimeDelta, Utc};
use csv_core::{WriteResult, Writer};
use shared::domain::offer::Rejection;

const COLUMNS: [&str; 20] = [
    "at",
    "account_id",
    "asin",
    "state",
    "code",
    "from_price",
    "to_price",
    "from_visibility",
    "to_visibility",
    "from_stock",
    "to_stock",
    "run_id",
    "kind",
    "observed_at",
    "outcome",
    "amazon_old_price",
    "amazon_new_price",
    "won_price",
    "won_seller",
    "rejected",
];

/// The header line.
pub fn head() -> String {
    line(&COLUMNS.map(ToOwned::to_owned))
}

/// One line per change.
pub fn rows(changes: &[ChangeView]) -> String {
    changes.iter().map(|change| line(&cells(change))).collect()
}

fn cells(change: &ChangeView) -> [String; 20] {
    let cause = &change.cause;
    let (seen, price) = (cause.observation.as_ref(), cause.amazon_price.as_ref());
    let won = seen.and_then(|seen| seen.won.as_ref());
    let visibility = |visible| if visible { "public" } else { "hidden" }.to_owned();
    [
        time(change.at),
        change.account.to_string(),
        change.asin.to_string(),
        change.state.clone(),
        or_empty(change.code.as_deref()),
        change.from.price.0.to_string(),
        change.to.price.0.to_string(),
        visibility(change.from.visible),
        visibility(change.to.visible),
        or_empty(change.from.stock),
        or_empty(change.to.stock),
        cause.run_id.to_string(),
        cause.kind.as_str().to_owned(),
        seen.map_or_else(String::new, |seen| time(seen.first_at)),
        or_empty(seen.map(|seen| seen.outcome.as_str())),
        or_empty(price.map(|price| price.old.0)),
        or_empty(price.map(|price| price.new.0)),
        or_empty(won.and_then(|won| won.price)),
        or_empty(won.and_then(|won| won.seller_id.as_deref())),
        seen.and_then(|seen| seen.rejected)
            .map_or_else(String::new, word),
    ]
}

/// The word used in the JSON.
fn word(why: Rejection) -> String {
    serde_json::to_value(why).map_or_else(
        |_| String::new(),
        |word| word.as_str().unwrap_or_default().to_owned(),
    )
}

fn time(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(9))
        .format("%Y-%m-%dT%H:%M:%S+09:00")
        .to_string()
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\n"
}

/// A CSV cell that no spreadsheet runs as a formula, since the texts come from shops and sellers.
fn quoted(cell: &str) -> String {
    if cell.is_empty() {
        return String::new();
    }
    let harmless = match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    };
    let mut writer = Writer::new();
    // Every character may be doubled, plus two quotes.
    let mut out = vec![0; harmless.len() * 2 + 2];
    let (result, _, mut length) = writer.field(harmless.as_bytes(), &mut out);
    debug_assert!(matches!(result, WriteResult::InputEmpty));
    let (_, closed) = writer.finish(&mut out[length..]);
    length += closed;
    out.truncate(length);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_when_needed_and_is_never_a_formula() {
        assert_eq!(quoted("bad_price"), "bad_price");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(line(&["a".to_owned(), String::new()]).trim_end(), "a,");
    }
}
