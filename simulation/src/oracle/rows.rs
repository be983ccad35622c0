//! What the oracle sees of the rows: a log that triggers of its own write with every change, so that no write between
//! two looks is missed. The statements are the oracle's own; no code of the product takes part.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::rows::WatchedRows;

/// The statements that begin the watch over a database: a table, and a trigger for each kind of row that matters.
pub const WATCH: &[&str] = &[
    include_str!("sql/oracle_log.sql"),
    include_str!("sql/account.sql"),
    include_str!("sql/applied.sql"),
    include_str!("sql/batch.sql"),
    include_str!("sql/cache.sql"),
    include_str!("sql/desired.sql"),
    include_str!("sql/listing.sql"),
    include_str!("sql/miss.sql"),
    include_str!("sql/notice.sql"),
    include_str!("sql/product.sql"),
    include_str!("sql/product_new.sql"),
    include_str!("sql/run.sql"),
    include_str!("sql/run_new.sql"),
    include_str!("sql/token.sql"),
    include_str!("sql/token_new.sql"),
    include_str!("sql/update.sql"),
];

/// Named values: a row, or what a log entry says of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NamedValues(Value);

impl NamedValues {
    /// The values of a row.
    pub fn of_row(row: serde_json::Map<String, Value>) -> Self {
        Self(Value::Object(row))
    }

    /// The values in a text of JSON; nothing in any other text.
    pub fn of_text(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// The whole number of this name.
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.0[name].as_i64()
    }

    /// The text of this name; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    /// Whether there is a value of this name.
    pub fn has(&self, name: &str) -> bool {
        !self.0[name].is_null()
    }

    /// The instant of this name.
    pub fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        let instant = DateTime::parse_from_rfc3339(self.0[name].as_str()?).ok()?;
        Some(instant.with_timezone(&Utc))
    }
}

/// One change of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// The kind of row, as `product` or `run`.
    pub what: String,
    /// Which one, as an ASIN or an id.
    pub subject: String,
    /// Before; `None` for a new row.
    pub was: Option<NamedValues>,
    /// After.
    pub now: NamedValues,
}

/// The place in the log up to which it was read.
#[derive(Debug, Default)]
pub struct LogReader {
    last: i64,
}

impl LogReader {
    /// The changes since the last look.
    pub fn news(&mut self, rows: &WatchedRows) -> Vec<RowChange> {
        let statement = format!(
            "SELECT seq, what, subject, was, now FROM oracle_log WHERE seq > {last} ORDER BY seq",
            last = self.last
        );
        let entries = rows.select(&statement);
        entries
            .into_iter()
            .map(|row| self.change(&NamedValues::of_row(row)))
            .collect()
    }

    fn change(&mut self, row: &NamedValues) -> RowChange {
        self.last = self.last.max(row.whole("seq").unwrap_or_default());
        RowChange {
            what: row.text("what").to_owned(),
            subject: row.text("subject").to_owned(),
            was: row
                .has("was")
                .then(|| NamedValues::of_text(row.text("was"))),
            now: NamedValues::of_text(row.text("now")),
        }
    }
}

/// All rows of a statement.
pub fn selected(rows: &WatchedRows, statement: &str) -> Vec<NamedValues> {
    rows.select(statement)
        .into_iter()
        .map(NamedValues::of_row)
        .collect()
}
