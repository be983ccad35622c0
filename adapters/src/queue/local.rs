//! The queue of one process: the contract of `shared::ports::queue` in memory.

use super::process_name;
use super::shelf::{Fresh, Shelf};
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{
    Claimed, Listed, Message, Place, Queue, QueueDesk, QueueError, QueueStats, QueueView, Room,
    Settlement, Slice, WorkerSign,
};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Messages in memory. Lost with the process, and filled again from the open rows by the next one.
#[derive(Debug)]
pub struct LocalQueue {
    counters: HashMap<QueueName, Counter>,
    begun: Instant,
}

#[derive(Debug, Default)]
struct Counter {
    shelf: Mutex<Shelf>,
    /// Rung when a message is put on the shelf, so that an idle worker starts at once.
    bell: Notify,
}

impl Counter {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LocalQueue {
    /// An empty queue of each name.
    pub fn new() -> Self {
        let counters = QueueName::ALL.map(|name| (name, Counter::default()));
        Self {
            counters: counters.into_iter().collect(),
            begun: Instant::now(),
        }
    }

    fn counter(&self, queue: QueueName) -> Result<&Counter, QueueError> {
        self.counters
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
                .map_err(|error| QueueError(format!("a job cannot be written: {error}")))?;
            let fresh = Fresh {
                payload,
                rank: message.rank,
                delay: message.delay,
            };
            let counter = self.counter(message.job.queue())?;
            if counter.shelf().push(message.job.id(), fresh, now) {
                new += 1;
                counter.bell.notify_one();
            }
        }
        Ok(new)
    }

    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Room,
    ) -> Result<Vec<Claimed>, QueueError> {
        let counter = self.counter(queue)?;
        let give_up = Instant::now() + timeout;
        loop {
            let rung = counter.bell.notified();
            let now = Instant::now();
            let (claimed, next_due) = {
                let mut messages = counter.shelf();
                let next = |_| messages.claim(now, now + lease);
                let claimed: Vec<Claimed> = (0..capacity.now()).map_while(next).collect();
                (claimed, messages.next_due())
            };
            if !claimed.is_empty() || now >= give_up {
                return Ok(claimed);
            }
            let until = next_due.map_or(give_up, |due| due.min(give_up));
            tokio::select! {
                () = rung => {}
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
        Ok(self
            .counter(queue)?
            .shelf()
            .renew(claim, Instant::now(), lease))
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let counter = self.counter(queue)?;
        let held = counter.shelf().settle(claim, settlement, Instant::now());
        // What was put back may be due before what a waiting claim sleeps for.
        counter.bell.notify_one();
        Ok(held)
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        Ok(self.counter(queue)?.shelf().stats(Instant::now()))
    }
}

#[async_trait]
impl QueueView for LocalQueue {
    async fn list(
        &self,
        queue: QueueName,
        place: Place,
        slice: Slice,
    ) -> Result<Vec<Listed>, QueueError> {
        let messages = self.counter(queue)?.shelf();
        Ok(messages.list(place, slice, Instant::now()))
    }

    async fn find(&self, queue: QueueName, id: &str) -> Result<Vec<Listed>, QueueError> {
        Ok(self.counter(queue)?.shelf().find(id, Instant::now()))
    }

    async fn workers(&self, queue: QueueName) -> Result<Vec<WorkerSign>, QueueError> {
        let now = Instant::now();
        let asked = self.counter(queue)?.shelf().asked();
        let heard = asked.map(|asked| now.saturating_duration_since(asked));
        let sign = heard
            .filter(|heard| *heard <= WorkerSign::SILENCE)
            .map(|heard| WorkerSign {
                name: process_name(),
                begun: now.saturating_duration_since(self.begun),
                heard,
            });
        Ok(sign.into_iter().collect())
    }
}

#[async_trait]
impl QueueDesk for LocalQueue {
    async fn retry(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let counter = self.counter(queue)?;
        let mut retried = 0;
        for id in ids {
            retried += u64::from(counter.shelf().retry(id, Instant::now()));
            counter.bell.notify_one();
        }
        Ok(retried)
    }

    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let mut messages = self.counter(queue)?.shelf();
        let discarded = ids.iter().filter(|id| messages.discard(id));
        Ok(u64::try_from(discarded.count()).unwrap_or(u64::MAX))
    }

    async fn pause(&self, queue: QueueName) -> Result<(), QueueError> {
        self.counter(queue)?.shelf().set_paused(true);
        Ok(())
    }

    async fn resume(&self, queue: QueueName) -> Result<(), QueueError> {
        let counter = self.counter(queue)?;
        counter.shelf().set_paused(false);
        // All of them, since more than one message may have been lined up meanwhile.
        counter.bell.notify_waiters();
        Ok(())
    }
}
