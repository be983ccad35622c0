//! The way of claimed messages to their caller, and back to the queue if the caller has cancelled.

use crate::queue::redis::calls::QueueCalls;
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Settlement};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

/// The number of claims of this process that are not completed yet. An estimate: a lease may end.
#[derive(Clone, Default)]
pub struct OpenClaims(Arc<AtomicUsize>);

impl OpenClaims {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts new claims.
    pub fn add(&self, count: usize) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts claims that ended.
    pub fn remove(&self, count: usize) {
        let lower = |open: usize| Some(open.saturating_sub(count));
        // The closure always returns a value, so that the update always succeeds.
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, lower)
            .ok();
    }
}

/// Claimed messages on the way to their caller. If the caller never accepts them, they are returned
/// to the queue on drop.
pub struct Delivery {
    /// The messages, perhaps none.
    pub messages: Vec<Claimed>,
    /// Without messages: the time until the next message or lease is due.
    pub next_due: Option<Duration>,
    /// Where they go if no caller accepts them.
    pub return_path: ReturnOnDrop,
}

impl Delivery {
    /// Takes the messages over; without any, the second value is [`Delivery::next_due`].
    pub fn accept(mut self) -> (Vec<Claimed>, Option<Duration>) {
        (std::mem::take(&mut self.messages), self.next_due)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.messages.is_empty() {
            self.return_path
                .give_back(std::mem::take(&mut self.messages));
        }
    }
}

/// Returns the messages of a dropped [`Delivery`] to their queue.
pub struct ReturnOnDrop {
    pub(crate) calls: Arc<QueueCalls>,
    pub(crate) queue: QueueName,
    /// The count that the messages are part of.
    pub open: OpenClaims,
    /// The runtime for the calls, since a drop may happen outside of it.
    pub runtime: Handle,
}

impl ReturnOnDrop {
    fn give_back(&self, messages: Vec<Claimed>) {
        self.open.remove(messages.len());
        let (calls, queue) = (Arc::clone(&self.calls), self.queue);
        self.runtime.spawn(async move {
            for claimed in messages {
                let now = Settlement::Defer(Duration::ZERO);
                if let Err(error) = calls.settle(queue, &claimed, now).await {
                    tracing::debug!(%error, "could not return an undelivered message; it is ready again when its lease ends");
                }
            }
        });
    }
}
