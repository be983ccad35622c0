//! Basic information as one JSON text, under a key of its own: `<prefix>:info:<ASIN>`.
//!
//! Apart from the entry of price and stock, which a batch reads twenty at a time in 120 bytes each: texts
//! are twenty times as long, and nobody who decides on a price reads them. `put_info.lua` merges it.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::Seen;

#[derive(Serialize, Deserialize)]
struct Entry {
    /// Milliseconds since 1970.
    at: i64,
    #[serde(flatten)]
    info: BasicInfo,
}

/// The text of `info`.
pub(super) fn write(info: &Seen<BasicInfo>) -> Option<String> {
    let entry = Entry {
        at: info.at.timestamp_millis(),
        info: info.value.clone(),
    };
    serde_json::to_string(&entry).ok()
}

/// Reads a text; `None` if it is damaged, which is as good as no entry.
pub(super) fn read(text: &str) -> Option<Seen<BasicInfo>> {
    let entry: Entry = serde_json::from_str(text).ok()?;
    Some(Seen {
        value: entry.info,
        at: DateTime::from_timestamp_millis(entry.at)?,
    })
}
