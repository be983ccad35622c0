//! A queue whose answers are the heartbeat of the loop that calls it.
//!
//! Claims beat while there are free slots, and lease renewals while long jobs fill all slots. So a busy
//! worker and an idle one both count as alive, and one that hangs does not.

use app::health::Heartbeat;
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{Capacity, Claimed, Message, Queue, QueueError, QueueStats, Settlement};
use std::sync::Arc;
use std::time::Duration;

/// The queue, as the workers of one queue name use it.
pub struct HeartbeatQueue {
    queue: Arc<dyn Queue>,
    heartbeat: Heartbeat,
}

impl HeartbeatQueue {
    /// Beats `heartbeat` with each claim, renewal and settlement.
    pub fn new(queue: Arc<dyn Queue>, heartbeat: Heartbeat) -> Self {
        Self { queue, heartbeat }
    }

    fn beat<T>(&self, answer: Result<T, QueueError>) -> Result<T, QueueError> {
        self.heartbeat.beat(&answer);
        answer
    }
}

#[async_trait]
impl Queue for HeartbeatQueue {
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        self.queue.push(messages).await
    }

    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Capacity,
    ) -> Result<Vec<Claimed>, QueueError> {
        self.beat(self.queue.claim(queue, lease, timeout, capacity).await)
    }

    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError> {
        self.beat(self.queue.renew(queue, claim, lease).await)
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        self.beat(self.queue.settle(queue, claim, settlement).await)
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        self.queue.stats(queue).await
    }
}
