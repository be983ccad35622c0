//! Basic information as one JSON text, under its own key: `<prefix>:info:<ASIN>`.
//!
//! It is separate from price and stock: a batch reads twenty of those entries, 120 bytes each,
//! while these texts are twenty times as long and play no part in a price. `put_info.lua` merges
//! them.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::Seen;

#[derive(Serialize, Deserialize)]
struct InfoEntry {
    /// Milliseconds since 1970.
    at: i64,
    #[serde(flatten)]
    info: BasicInfo,
}

/// The text of `info`.
pub(super) fn write(info: &Seen<BasicInfo>) -> Option<String> {
    let entry = InfoEntry {
        at: info.at.timestamp_millis(),
        info: info.value.clone(),
    };
    serde_json::to_string(&entry).ok()
}

/// Parses a text; `None` if it is damaged, which counts as a miss.
pub(super) fn read(text: &str) -> Option<Seen<BasicInfo>> {
    let entry: InfoEntry = serde_json::from_str(text).ok()?;
    Some(Seen {
        value: entry.info,
        at: DateTime::from_timestamp_millis(entry.at)?,
    })
}
