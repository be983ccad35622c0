//! A message that is alive in memory, and how people see it.

use shared::jobs::Rank;
use shared::ports::queue::{MessageInfo, MessageState};
use tokio::time::Instant;

/// An instant, and a counter that keeps messages of the same instant in order.
pub type DueKey = (Instant, u64);

/// A message that is ready, delayed or claimed.
#[derive(Debug)]
pub struct StoredMessage {
    pub(crate) payload: Vec<u8>,
    pub(crate) rank: Rank,
    /// Since when the message is ready, or was before it was claimed.
    pub ready_at: Instant,
    /// The number of claims that count.
    pub attempt: u32,
    /// The key in the delayed messages, while the message is delayed.
    pub due: Option<DueKey>,
    /// The instant of the last claim.
    pub claimed_at: Option<Instant>,
    /// The key in the leases, while the message is claimed.
    pub lease: Option<DueKey>,
    /// The fencing token of the current claim.
    pub token: u64,
}

impl StoredMessage {
    /// The message as people see it.
    pub fn info(&self, id: &str, now: Instant) -> MessageInfo {
        let (state, since, until) = match (self.lease, self.due) {
            (Some((ends, _)), _) => (MessageState::Claimed, self.claimed_at, Some(ends)),
            (None, Some((due, _))) => (MessageState::Delayed, None, Some(due)),
            (None, None) => (MessageState::Ready, Some(self.ready_at), None),
        };
        MessageInfo {
            id: id.to_owned(),
            payload: self.payload.clone(),
            rank: self.rank,
            attempts: self.attempt,
            state,
            since: since.map(|since| now.saturating_duration_since(since)),
            left: until.map(|until| until.saturating_duration_since(now)),
            error: None,
        }
    }
}
