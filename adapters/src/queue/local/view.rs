//! The messages of one queue in memory as people see them: lists and figures.

use super::state::QueueState;
use shared::ports::queue::{MessageInfo, MessagePage, MessageState, QueueStats};
use std::collections::VecDeque;
use tokio::time::Instant;

impl QueueState {
    /// One page of the messages in `state`.
    pub fn list(&self, state: MessageState, page: MessagePage, now: Instant) -> Vec<MessageInfo> {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let (offset, limit) = (size(page.offset), size(page.size()));
        let alive = |id: &String| self.alive(id, now);
        let part = |ids: &mut dyn Iterator<Item = &String>| -> Vec<MessageInfo> {
            ids.skip(offset).take(limit).filter_map(alive).collect()
        };
        match state {
            MessageState::Ready => part(&mut self.ready.iter().flatten()),
            MessageState::Delayed => part(&mut self.delayed.values()),
            MessageState::Claimed => part(&mut self.leases.values()),
            MessageState::Dead => {
                let dead = self.dead.newest_first().skip(offset).take(limit);
                dead.map(|dead| dead.info(now)).collect()
            }
        }
    }

    /// The alive message with this id, then the dead one.
    pub fn find(&self, id: &str, now: Instant) -> Vec<MessageInfo> {
        let dead = self.dead.find(id).map(|dead| dead.info(now));
        self.alive(id, now).into_iter().chain(dead).collect()
    }

    pub(crate) fn stats(&self, now: Instant) -> QueueStats {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let by_rank = self.ready.each_ref().map(|ready| count(ready.len()));
        let first = self.ready.iter().filter_map(VecDeque::front);
        let since = first
            .filter_map(|id| self.messages.get(id))
            .map(|message| message.ready_at);
        QueueStats {
            ready: by_rank.iter().sum(),
            by_rank,
            delayed: count(self.delayed.len()),
            claimed: count(self.leases.len()),
            dead: count(self.dead.len()),
            done: self.done,
            cut: self.dead.cut,
            oldest: since
                .min()
                .map(|since| now.saturating_duration_since(since)),
            paused: self.paused,
        }
    }

    fn alive(&self, id: &str, now: Instant) -> Option<MessageInfo> {
        let message = self.messages.get(id)?;
        Some(message.info(id, now))
    }
}
