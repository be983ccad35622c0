//! The queue of one process: the contract of `shared::ports::queue` in memory.

mod dead_list;
mod message;
mod state;
mod view;

use super::process_name;
use crate::lock::lock;
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{
    Capacity, Claimed, Message, MessageInfo, MessagePage, MessageState, Queue, QueueAdmin,
    QueueError, QueueStats, QueueView, Settlement, WorkerHeartbeat,
};
use state::{NewMessage, QueueState};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Messages in memory. They are lost with the process; the next one fills the queue from the open
/// rows.
#[derive(Debug)]
pub struct LocalQueue {
    queues: HashMap<QueueName, NamedQueue>,
    begun: Instant,
}

#[derive(Debug, Default)]
struct NamedQueue {
    state: Mutex<QueueState>,
    /// Wakes waiting claims when a message may be ready.
    woken: Notify,
}

impl LocalQueue {
    /// An empty queue of each name.
    pub fn new() -> Self {
        let queues = QueueName::ALL.map(|name| (name, NamedQueue::default()));
        Self {
            queues: queues.into_iter().collect(),
            begun: Instant::now(),
        }
    }

    fn queue(&self, queue: QueueName) -> Result<&NamedQueue, QueueError> {
        self.queues
            .get(&queue)
            .ok_or_else(|| QueueError(format!("there is no queue {}", queue.as_str())))
    }
}

impl Default for LocalQueue {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        let now = Instant::now();
        let mut new = 0;
        for message in messages {
            let payload = message
                .job
                .encode()
                .map_err(|error| QueueError(format!("cannot encode a job: {error}")))?;
            let new_message = NewMessage {
                payload,
                rank: message.rank,
                delay: message.delay,
            };
            let queue = self.queue(message.job.queue())?;
            if lock(&queue.state).push(message.job.id(), new_message, now) {
                new += 1;
            }
            queue.woken.notify_one();
        }
        Ok(new)
    }

    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Capacity,
    ) -> Result<Vec<Claimed>, QueueError> {
        let queue = self.queue(queue)?;
        let deadline = Instant::now() + timeout;
        loop {
            let woken = queue.woken.notified();
            let now = Instant::now();
            let (claimed, next_due) = {
                let mut state = lock(&queue.state);
                let next = |_| state.claim(now, now + lease);
                let claimed: Vec<Claimed> = (0..capacity.now()).map_while(next).collect();
                (claimed, state.next_due())
            };
            if !claimed.is_empty() || now >= deadline {
                return Ok(claimed);
            }
            let until = next_due.map_or(deadline, |due| due.min(deadline));
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError> {
        let mut state = lock(&self.queue(queue)?.state);
        Ok(state.renew(claim, Instant::now(), lease))
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let queue = self.queue(queue)?;
        let valid = lock(&queue.state).settle(claim, settlement, Instant::now());
        // The message may be due again before the instant that a waiting claim sleeps until.
        queue.woken.notify_one();
        Ok(valid)
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        Ok(lock(&self.queue(queue)?.state).stats(Instant::now()))
    }
}

#[async_trait]
impl QueueView for LocalQueue {
    async fn list(
        &self,
        queue: QueueName,
        state: MessageState,
        page: MessagePage,
    ) -> Result<Vec<MessageInfo>, QueueError> {
        let messages = lock(&self.queue(queue)?.state);
        Ok(messages.list(state, page, Instant::now()))
    }

    async fn find(&self, queue: QueueName, id: &str) -> Result<Vec<MessageInfo>, QueueError> {
        Ok(lock(&self.queue(queue)?.state).find(id, Instant::now()))
    }

    async fn workers(&self, queue: QueueName) -> Result<Vec<WorkerHeartbeat>, QueueError> {
        let now = Instant::now();
        let last_call = lock(&self.queue(queue)?.state).last_call;
        let heard = last_call.map(|last_call| now.saturating_duration_since(last_call));
        let heartbeat = heard
            .filter(|heard| *heard <= WorkerHeartbeat::SILENCE)
            .map(|heard| WorkerHeartbeat {
                name: process_name(),
                begun: now.saturating_duration_since(self.begun),
                heard,
            });
        Ok(heartbeat.into_iter().collect())
    }
}

#[async_trait]
impl QueueAdmin for LocalQueue {
    async fn retry(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let queue = self.queue(queue)?;
        let mut retried = 0;
        for id in ids {
            retried += u64::from(lock(&queue.state).retry(id, Instant::now()));
            queue.woken.notify_one();
        }
        Ok(retried)
    }

    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let mut state = lock(&self.queue(queue)?.state);
        let discarded = ids.iter().filter(|id| state.discard(id));
        Ok(u64::try_from(discarded.count()).unwrap_or(u64::MAX))
    }

    async fn pause(&self, queue: QueueName) -> Result<(), QueueError> {
        lock(&self.queue(queue)?.state).paused = true;
        Ok(())
    }

    async fn resume(&self, queue: QueueName) -> Result<(), QueueError> {
        let queue = self.queue(queue)?;
        lock(&queue.state).paused = false;
        // All waiting claims, since several messages may have become ready meanwhile.
        queue.woken.notify_waiters();
        Ok(())
    }
}
