//! A queue whose answers are the pulse of the loop that asks it.
//!
//! Claims beat while there are free places, and renewals while all of them are taken by long jobs: so
//! a busy worker and an idle one are both alive, and one that hangs is not.

use app::health::Pulse;
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Message, Queue, QueueError, QueueStats, Room, Settlement};
use std::sync::Arc;
use std::time::Duration;

/// The queue as the workers of one of its names use it.
pub struct PulsedQueue {
    queue: Arc<dyn Queue>,
    pulse: Pulse,
}

impl PulsedQueue {
    /// Beats `pulse` with each claim, renewal and settlement.
    pub fn new(queue: Arc<dyn Queue>, pulse: Pulse) -> Self {
        Self { queue, pulse }
    }

    fn felt<T>(&self, answer: Result<T, QueueError>) -> Result<T, QueueError> {
        self.pulse.beat(&answer);
        answer
    }
}

#[async_trait]
impl Queue for PulsedQueue {
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        self.queue.push(messages).await
    }

    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Room,
    ) -> Result<Vec<Claimed>, QueueError> {
        self.felt(self.queue.claim(queue, lease, timeout, capacity).await)
    }

    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError> {
        self.felt(self.queue.renew(queue, claim, lease).await)
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        self.felt(self.queue.settle(queue, claim, settlement).await)
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        self.queue.stats(queue).await
    }
}
