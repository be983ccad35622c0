//! Open rows and their messages: a row without one gets it with the next search for lost messages, and neither grows without bound
//! (sections 1 and 7).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::law::{Findings, GROWTH, ROW_WITHOUT_MESSAGE};
use super::rows::selected;
use crate::rows::WatchedRows;

/// Lost messages are searched for every few seconds, once a leader is found; what is pushed is seen with the next look.
const SEARCHED_WITHIN: TimeDelta = TimeDelta::minutes(4);

/// Since when each open row has no message.
#[derive(Debug, Default)]
pub struct MessageWatch {
    without: HashMap<String, DateTime<Utc>>,
}

impl MessageWatch {
    /// Forgets since when rows lack a message: something else explains it.
    pub fn excuse(&mut self) {
        self.without.clear();
    }

    /// Looks for open rows that lack a message for longer than a search for lost messages; `alive` are the ids of all live messages.
    pub fn look(&mut self, rows: &WatchedRows, alive: &HashSet<String>, findings: &mut Findings) {
        let at = findings.at;
        let wanted = selected(rows, include_str!("sql/open_work.sql"));
        let mut without = HashMap::new();
        for row in wanted {
            let prefix = row.text("message").to_owned();
            let has_one = alive
                .iter()
                .any(|id| *id == prefix || (prefix.ends_with(':') && id.starts_with(&prefix)));
            if has_one {
                continue;
            }
            let since = self.without.get(&prefix).copied().unwrap_or(at);
            if at - since > SEARCHED_WITHIN {
                let found = format!("an open row has no message {prefix} since {since}");
                findings.broken(ROW_WITHOUT_MESSAGE, &found);
            }
            without.insert(prefix, since);
        }
        self.without = without;
    }
}

/// Looks whether tables and queues are in proportion: each table may have so many rows.
pub fn grown(rows: &WatchedRows, messages: usize, findings: &mut Findings) {
    let mut too_many = |what: &str, number: i64, most: i64| {
        if number > most {
            let found = format!("{number} {what}, and {most} are enough");
            findings.broken(GROWTH, &found);
        }
    };
    let Some(row) = selected(rows, include_str!("sql/row_counts.sql")).pop() else {
        return;
    };
    let number = |name: &str| row.whole(name).unwrap_or(0);
    let (asins, listings, accounts) = (number("asins"), number("listings"), number("accounts"));
    too_many("products", number("products"), asins);
    too_many("entries of the cache", number("cache_entries"), asins);
    too_many("desired states", number("desired"), listings);
    too_many("applied states", number("applied"), listings);
    too_many("pairs of tokens", number("tokens"), accounts + 2);
    too_many("leases", number("leases"), 2 * accounts + 10);
    too_many("lanes", number("lanes"), accounts + 10);
    too_many("signs of life", number("processes"), 200);
    let open = number("open_batches") + number("open_updates") + number("open_runs");
    let messages = i64::try_from(messages).unwrap_or(i64::MAX);
    too_many("messages", messages, 3 * open + 3 * listings + 20);
}
