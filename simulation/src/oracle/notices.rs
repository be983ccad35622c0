//! What people are told: each thing once (section 8).

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::law::{Findings, NOTICE_SENT_AGAIN, NOTICE_TWICE};
use super::rows::RowChange;

/// All messages that reached people.
#[derive(Debug, Default)]
pub struct NoticeWatch {
    posted: HashMap<Vec<u8>, (u64, DateTime<Utc>)>,
}

impl NoticeWatch {
    /// A message has reached a channel, by the call of this number. The network may double a call.
    pub fn posted(&mut self, call: u64, channel: &str, text: &[u8], findings: &mut Findings) {
        let mut key = channel.as_bytes().to_vec();
        key.extend_from_slice(text);
        if let Some((first, since)) = self.posted.get(&key) {
            if *first != call {
                let found = format!("the same message as at {since} was posted again");
                findings.broken(NOTICE_TWICE, &found);
            }
            return;
        }
        self.posted.insert(key, (call, findings.at));
    }

    /// A notice that was settled has changed once more.
    pub fn changed(&self, change: &RowChange, findings: &mut Findings) {
        let from = change.was.as_ref().map_or("", |was| was.text("state"));
        let to = change.now.text("state");
        if matches!(from, "sent" | "perhaps") && matches!(to, "due" | "sending") {
            let notice = &change.subject;
            let found = format!("the notice {notice} went from {from} to {to}");
            findings.broken(NOTICE_SENT_AGAIN, &found);
        }
    }
}
