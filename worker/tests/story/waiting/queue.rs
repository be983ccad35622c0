//! The contract of the queue on a clock that the test moves, without a wait. The test claims.

use super::vendors::TestClock;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::jobs::QueueName;
use shared::ports::clock::Clock as _;
use shared::ports::queue::{Capacity, Claimed, Message, Queue, QueueError, QueueStats, Settlement};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LEASE: TimeDelta = TimeDelta::seconds(8);

struct Alive {
    payload: Vec<u8>,
    attempt: u32,
    due: DateTime<Utc>,
    leased_until: Option<DateTime<Utc>>,
    token: u64,
}

/// Messages by their ids.
pub struct TestQueue {
    clock: Arc<TestClock>,
    messages: Mutex<(BTreeMap<String, Alive>, u64)>,
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).expect("a span")
}

impl TestQueue {
    pub fn new(clock: Arc<TestClock>) -> Self {
        Self {
            clock,
            messages: Mutex::default(),
        }
    }

    /// Claims the ready message that `choose` picks of so many.
    pub fn claim_any(&self, choose: impl FnOnce(usize) -> usize) -> Option<Claimed> {
        let now = self.clock.now();
        let (messages, counter) = &mut *self.messages.lock().expect("no panic");
        let ready = |alive: &Alive| alive.leased_until.unwrap_or(alive.due) <= now;
        let ids: Vec<String> = messages
            .iter()
            .filter(|(_, alive)| ready(alive))
            .map(|(id, _)| id.clone())
            .collect();
        let id = ids.get(choose(ids.len()))?.clone();
        let alive = messages.get_mut(&id)?;
        *counter += 1;
        alive.token = *counter;
        alive.attempt += 1;
        alive.leased_until = Some(now + LEASE);
        Some(Claimed {
            payload: alive.payload.clone(),
            attempt: alive.attempt,
            token: alive.token,
            id,
        })
    }

    /// When the next message is ready.
    pub fn next_ready(&self) -> Option<DateTime<Utc>> {
        let (messages, _) = &*self.messages.lock().expect("no panic");
        let ready = |alive: &Alive| alive.leased_until.unwrap_or(alive.due);
        messages.values().map(ready).min()
    }

    /// As `FLUSHALL` or the end of the process does.
    pub fn lose_all(&self) {
        self.messages.lock().expect("no panic").0.clear();
    }

    /// The ids of all messages.
    pub fn ids(&self) -> Vec<String> {
        let (messages, _) = &*self.messages.lock().expect("no panic");
        messages.keys().cloned().collect()
    }

    pub fn end(&self, claim: &Claimed, settlement: &Settlement) {
        let now = self.clock.now();
        let (messages, _) = &mut *self.messages.lock().expect("no panic");
        let claimed = messages.get_mut(&claim.id);
        let Some(alive) = claimed.filter(|alive| alive.token == claim.token) else {
            return;
        };
        alive.leased_until = None;
        match settlement {
            Settlement::Defer(delay) => {
                alive.attempt -= 1;
                alive.due = now + delta(*delay);
            }
            Settlement::Retry(delay, _) => alive.due = now + delta(*delay),
            Settlement::Done | Settlement::Dead(_) => {
                messages.remove(&claim.id);
            }
        }
    }
}

#[async_trait]
impl Queue for TestQueue {
    async fn push(&self, pushed: &[Message]) -> Result<u64, QueueError> {
        // A process may be killed here.
        tokio::task::yield_now().await;
        let now = self.clock.now();
        let (messages, _) = &mut *self.messages.lock().expect("no panic");
        let mut new = 0;
        for message in pushed {
            let due = now + delta(message.delay);
            if let Some(alive) = messages.get_mut(&message.job.id()) {
                if alive.leased_until.is_none() && alive.due > due + delta(Message::PATIENCE) {
                    alive.due = due;
                }
                continue;
            }
            let alive = Alive {
                payload: message.job.encode().expect("a payload"),
                attempt: 0,
                due,
                leased_until: None,
                token: 0,
            };
            messages.insert(message.job.id(), alive);
            new += 1;
        }
        Ok(new)
    }

    async fn claim(
        &self,
        _: QueueName,
        _: Duration,
        _: Duration,
        _: &Capacity,
    ) -> Result<Vec<Claimed>, QueueError> {
        unreachable!("the test claims")
    }

    async fn renew(&self, _: QueueName, _: &Claimed, _: Duration) -> Result<bool, QueueError> {
        unreachable!("no job of the test lasts")
    }

    async fn settle(
        &self,
        _: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        self.end(claim, &settlement);
        Ok(true)
    }

    async fn stats(&self, _: QueueName) -> Result<QueueStats, QueueError> {
        Ok(QueueStats::default())
    }
}
