//! The texts posted to the webhook.

use std::collections::VecDeque;

/// How many texts are kept.
const KEPT: usize = 10_000;
const PERIOD_NANOS: u64 = 1_000_000_000;

/// The texts received.
#[derive(Debug, Default)]
pub struct WebhookInbox {
    texts: VecDeque<String>,
    opens_at: u64,
}

impl WebhookInbox {
    pub fn texts(&self) -> Vec<String> {
        self.texts.iter().cloned().collect()
    }

    pub fn is_open(&self, now: u64) -> bool {
        now >= self.opens_at
    }

    pub fn keep(&mut self, text: &str, now: u64) {
        self.opens_at = now.saturating_add(PERIOD_NANOS);
        self.texts.push_back(text.to_owned());
        if self.texts.len() > KEPT {
            self.texts.pop_front();
        }
    }
}
