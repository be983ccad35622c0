//! The texts posted to the webhook.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Only the latest texts are kept.
const MAX_TEXTS: usize = 10_000;
/// The webhook accepts one text a second.
const PERIOD_NANOS: u64 = 1_000_000_000;

/// The texts received, and when the next is accepted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct WebhookInbox {
    texts: VecDeque<String>,
    opens_at: u64,
}

impl WebhookInbox {
    pub fn texts(&self) -> Vec<String> {
        self.texts.iter().cloned().collect()
    }

    /// Whether a text is accepted now.
    pub fn is_open(&self, now: u64) -> bool {
        now >= self.opens_at
    }

    pub fn add(&mut self, text: &str, now: u64) {
        self.opens_at = now.saturating_add(PERIOD_NANOS);
        self.texts.push_back(text.to_owned());
        if self.texts.len() > MAX_TEXTS {
            self.texts.pop_front();
        }
    }
}
