//! What changes in the rows, as lines of a history for people. Triggers write down each change; they are read after
//! each event, so that a change stands below what made it.

use crate::real_time::RealTime;
use crate::rows::WatchedRows;
use anyhow::Context as _;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A table whose changes are told: what a row is called, and its columns.
struct ToldTable {
    name: &'static str,
    subject: &'static str,
    columns: &'static [&'static str],
}

const fn table(
    name: &'static str,
    subject: &'static str,
    columns: &'static [&'static str],
) -> ToldTable {
    ToldTable {
        name,
        subject,
        columns,
    }
}

const TABLES: [ToldTable; 14] = [
    table(
        "runs",
        "'run ' || new.id",
        &["kind", "state", "backfill_ended_at", "ended_at", "error"],
    ),
    table(
        "batches",
        "'batch ' || new.no || ' of run ' || new.run_id",
        &["state"],
    ),
    table(
        "misses",
        "'miss ' || new.asin || ' of run ' || new.run_id",
        &["reason", "state", "attempts"],
    ),
    table(
        "outcomes",
        "'outcome of ' || new.asin || ' in run ' || new.run_id",
        &["outcome", "old_price_yen", "new_price_yen", "stock_change"],
    ),
    table(
        "updates",
        "'update of {listing} by run ' || new.run_id",
        &[
            "state",
            "version",
            "urgency",
            "code",
            "hold_reason",
            "to_price_yen",
            "to_visible",
            "to_stock",
        ],
    ),
    table(
        "guards",
        "'guard of run ' || new.run_id",
        &["tripped_at", "decided_at", "decision"],
    ),
    table(
        "products",
        "'product ' || new.asin",
        &[
            "price_yen",
            "price_updated_at",
            "doubted_price_yen",
            "stock",
            "filtered_times",
            "stock_updated_at",
            "invalid_since",
        ],
    ),
    table(
        "desired_states",
        "'desired of {listing}'",
        &[
            "price_yen",
            "visible",
            "stock",
            "version",
            "hold_reason",
            "urgency",
            "observed_at",
        ],
    ),
    table(
        "applied_states",
        "'shown by {listing}'",
        &[
            "price_yen",
            "visible",
            "stock",
            "version",
            "applied_at",
            "busy_until",
            "sends",
            "sent",
            "sold_out_since",
        ],
    ),
    table(
        "listings",
        "'listing ' || new.id || ' of ' || new.asin || ' in ' || new.account_id",
        &["item_id", "status"],
    ),
    table(
        "shop_reads",
        "'reading of ' || new.account_id || ' in run ' || new.run_id",
        &["state", "phase", "step", "items", "missing", "error"],
    ),
    table(
        "findings",
        "'finding about item ' || new.item_id || ' in run ' || new.run_id",
        &[
            "kind",
            "sold_out",
            "found_price_yen",
            "found_visible",
            "found_stock",
        ],
    ),
    table(
        "notices",
        "'notice ' || new.event",
        &["state", "not_before", "attempts", "error"],
    ),
    table(
        "accounts",
        "'shop ' || new.id",
        &[
            "active",
            "parked_until",
            "reauthorise_since",
            "refused_since",
        ],
    ),
];

/// How a row of a listing is called, as a piece of a text in SQL.
const LISTING: &str = "' || (SELECT l.asin || ' in ' || l.account_id || ' (listing ' || l.id || ', item ' \
    || COALESCE(l.item_id, 0) || ')' FROM listings AS l WHERE l.id = new.listing_id) || '";

/// The statements that begin to write changes down.
pub fn statements() -> Vec<String> {
    let log = "CREATE TABLE told_changes (seq INTEGER PRIMARY KEY, subject TEXT NOT NULL, was TEXT, now TEXT NOT NULL)";
    let triggers = TABLES.iter().flat_map(triggers);
    [log.to_owned()].into_iter().chain(triggers).collect()
}

fn triggers(told: &ToldTable) -> [String; 2] {
    let ToldTable {
        name,
        subject,
        columns,
    } = told;
    let subject = subject.replace("{listing}", LISTING);
    let row = |whose: &str| {
        let pairs: Vec<String> = columns
            .iter()
            .map(|column| format!("'{column}', {whose}.{column}"))
            .collect();
        format!("json_object({})", pairs.join(", "))
    };
    let (old, new) = (row("old"), row("new"));
    let insert = |was: &str| {
        format!(
            "INSERT INTO told_changes (subject, was, now) VALUES (COALESCE({subject}, '?'), {was}, {new})"
        )
    };
    [
        format!(
            "CREATE TRIGGER told_{name}_new AFTER INSERT ON {name} BEGIN {}; END",
            insert("NULL")
        ),
        format!(
            "CREATE TRIGGER told_{name} AFTER UPDATE ON {name} WHEN {old} <> {new} BEGIN {}; END",
            insert(&old)
        ),
    ]
}

/// Reads the changes, beside the simulation.
pub struct RowHistory {
    rows: WatchedRows,
    read: Mutex<i64>,
}

impl RowHistory {
    /// Reads the database in the file at `path` over a connection of its own. As every call, on another thread: the
    /// chance of this one must not depend on whether somebody reads.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(real: &Arc<RealTime>, path: &Path) -> anyhow::Result<Self> {
        let opened =
            std::thread::scope(|scope| scope.spawn(|| WatchedRows::open(real, path)).join());
        let opened = opened.map_err(|_| anyhow::anyhow!("the thread panicked"))?;
        Ok(Self {
            rows: opened.context("no connection for the history")?,
            read: Mutex::default(),
        })
    }

    /// The changes since the last call, each as a line.
    pub fn news(&self) -> Vec<String> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = format!(
            "SELECT seq, subject, was, now FROM told_changes WHERE seq > {read} ORDER BY seq",
            read = *read
        );
        let reading = || std::thread::scope(|scope| scope.spawn(|| self.rows.select(&sql)).join());
        let rows = reading().unwrap_or_default();
        let last = rows.last().and_then(|row| row.get("seq")?.as_i64());
        *read = last.unwrap_or(*read);
        rows.iter().map(line).collect()
    }
}

fn line(row: &Map<String, Value>) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let object =
        |name: &str| serde_json::from_str::<Map<String, Value>>(text(name)).unwrap_or_default();
    let (was, now) = (object("was"), object("now"));
    let is_new = was.is_empty();
    let mut line = format!("{}{}:", text("subject"), if is_new { " (new)" } else { "" });
    for (column, value) in &now {
        let before = was.get(column).unwrap_or(&Value::Null);
        // Writing to a string cannot fail.
        let _ = match (before == value, is_new) {
            (true, _) => Ok(()),
            (false, true) => write!(line, " {column} {}", plain(value)),
            (false, false) => write!(line, " {column} {} → {}", plain(before), plain(value)),
        };
    }
    line
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_tells_what_differs() {
        let row = |was: Value| {
            let now = json!({"state": "parked", "version": 3, "code": null}).to_string();
            let row = json!({"seq": 1, "subject": "update of B0", "was": was, "now": now});
            line(row.as_object().expect("an object"))
        };
        let was = json!({"state": "queued", "version": 3, "code": "late"}).to_string();

        assert_eq!(
            row(was.into()),
            "update of B0: code late → none state queued → parked"
        );
        assert_eq!(
            row(Value::Null),
            "update of B0 (new): state parked version 3"
        );
    }
}
