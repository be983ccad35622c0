//! The dead messages of one queue in memory, at most a fixed number.

use super::message::StoredMessage;
use crate::queue::{DEAD_KEPT, clipped};
use shared::ports::queue::{MessageInfo, MessageState};
use std::collections::VecDeque;
use tokio::time::Instant;

/// The dead messages, the oldest first.
#[derive(Debug, Default)]
pub struct DeadList {
    messages: VecDeque<DeadMessage>,
    /// How many messages fell off the list, ever.
    pub cut: u64,
}

/// A message that was given up.
#[derive(Debug)]
pub struct DeadMessage {
    pub(crate) id: String,
    /// The message at its death.
    pub message: StoredMessage,
    error: String,
    died_at: Instant,
}

impl DeadList {
    /// Adds a message in place of an older one of the same id; the oldest falls off a full list.
    pub fn push(&mut self, id: &str, message: StoredMessage, error: &str, now: Instant) {
        self.remove(id);
        self.messages.push_back(DeadMessage {
            id: id.to_owned(),
            message,
            error: clipped(error).to_owned(),
            died_at: now,
        });
        if self.messages.len() > DEAD_KEPT {
            self.messages.pop_front();
            self.cut += 1;
        }
    }

    /// Takes the message of this id off the list.
    pub fn remove(&mut self, id: &str) -> Option<DeadMessage> {
        let index = self.messages.iter().position(|dead| dead.id == id)?;
        self.messages.remove(index)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&DeadMessage> {
        self.messages.iter().find(|dead| dead.id == id)
    }

    /// The messages, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &DeadMessage> {
        self.messages.iter().rev()
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }
}

impl DeadMessage {
    /// The message as people see it.
    pub fn info(&self, now: Instant) -> MessageInfo {
        MessageInfo {
            id: self.id.clone(),
            payload: self.message.payload.clone(),
            rank: self.message.rank,
            attempts: self.message.attempt,
            state: MessageState::Dead,
            since: Some(now.saturating_duration_since(self.died_at)),
            left: None,
            error: Some(self.error.clone()),
        }
    }
}
