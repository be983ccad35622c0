//! Which branches a history has reached: how messages were settled, and which states and words are in the
//! rows. What no seed reaches is not tested by the simulation.

use crate::event::{Event, Happening, Port};
use crate::rows::WatchedRows;
use std::collections::BTreeSet;

/// The columns whose values are looked for, with the values that there are.
const COLUMNS: [(&str, &str, &[&str]); 10] = [
    ("runs", "kind", &["price-stock", "basic-info", "reconcile"]),
    (
        "runs",
        "state",
        &[
            "running",
            "backfilling",
            "done",
            "held",
            "cancelled",
            "failed",
        ],
    ),
    ("batches", "state", &["open", "closed", "given_up"]),
    ("misses", "state", &["open", "fetched", "failed"]),
    (
        "outcomes",
        "outcome",
        &[
            "success",
            "out_of_stock",
            "filtered_out",
            "api_error",
            "invalid_asin",
        ],
    ),
    (
        "updates",
        "state",
        &[
            "queued",
            "held",
            "applied",
            "equal",
            "parked",
            "failed",
            "delisted",
            "cancelled",
        ],
    ),
    ("updates", "urgency", &["hide", "below_cost", "normal"]),
    ("listings", "status", &["listed", "pending", "delisted"]),
    (
        "notices",
        "state",
        &[
            "due", "sending", "sent", "perhaps", "refused", "expired", "quiet",
        ],
    ),
    ("guards", "decision", &["released", "cancelled", "lifted"]),
];
const SETTLEMENTS: [&str; 4] = ["Done", "Defer", "Retry", "Dead"];

/// The names of the branches that were reached.
#[derive(Debug, Clone, Default)]
pub struct Reached(BTreeSet<String>);

impl Reached {
    /// Looks at an event.
    pub fn see(&mut self, event: &Event) {
        let Happening::Call(call) = &event.what else {
            return;
        };
        if call.port == Port::Queue && call.name == "settle" {
            let settled = SETTLEMENTS
                .into_iter()
                .find(|word| call.subject.contains(word));
            self.add("Settlement", settled.unwrap_or("other"));
        }
    }

    /// Looks at the rows.
    pub fn look(&mut self, rows: &WatchedRows) {
        for (table, column, _) in COLUMNS {
            for row in rows.select(&format!("SELECT DISTINCT {column} AS word FROM {table}")) {
                if let Some(word) = row.get("word").and_then(serde_json::Value::as_str) {
                    self.add(&format!("{table}.{column}"), word);
                }
            }
        }
    }

    /// All names, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// The names that can be reached, as far as this file knows them.
    pub fn all() -> Vec<String> {
        let settlements = SETTLEMENTS.map(|word| format!("Settlement {word}"));
        let words = |(table, column, words): (&str, &str, &[&str])| {
            let name = |word: &&str| format!("{table}.{column} {word}");
            words.iter().map(name).collect::<Vec<_>>()
        };
        settlements
            .into_iter()
            .chain(COLUMNS.into_iter().flat_map(words))
            .collect()
    }

    fn add(&mut self, what: &str, word: &str) {
        self.0.insert(format!("{what} {word}"));
    }
}
