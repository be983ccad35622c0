//! The queue that many processes share: the contract of `shared::ports::queue` over Redis.
//!
//! Each transition is one Lua script on Redis' own clock. The batchers combine concurrent calls of
//! one process: `claim_batcher` claims and completions, `push_batcher` pushes. A claim polls when a
//! wake-up arrives, when the next message or lease is due, and every few seconds. While Redis is
//! down a call fails and nothing more happens; `crate::redis` reconnects.

mod admin;
mod calls;
mod claim_batcher;
mod heartbeat;
mod keys;
mod push_batcher;
mod scripts;
mod view;
mod wakeups;

use crate::redis::RedisLink;
use async_trait::async_trait;
use calls::{QueueCalls, micros, span, unknown};
use claim_batcher::ClaimBatcher;
use push_batcher::PushBatcher;
use shared::jobs::QueueName;
use shared::ports::queue::{Capacity, Claimed, Message, Queue, QueueError, QueueStats, Settlement};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::futures::Notified;
use tokio::time::Instant;
use wakeups::Wakeups;

/// A waiting claim polls this often even without a wake-up, in case one was lost.
const POLL_EVERY: Duration = Duration::from_secs(2);
/// The same while the queue is empty or paused, which is most of a shop's day.
const POLL_EMPTY_EVERY: Duration = Duration::from_secs(5);

/// Messages in Redis.
pub struct RedisQueue {
    calls: Arc<QueueCalls>,
    claims: HashMap<QueueName, ClaimBatcher>,
    pushes: HashMap<QueueName, PushBatcher>,
    wakeups: Wakeups,
}

impl RedisQueue {
    /// The queues under the prefix of `link`. Starts tasks that end with it, so it needs a runtime.
    pub fn new(link: RedisLink) -> Self {
        let calls = Arc::new(QueueCalls::new(link.clone()));
        let claims = QueueName::ALL.map(|queue| (queue, ClaimBatcher::start(calls.clone(), queue)));
        let pushes = QueueName::ALL.map(|queue| (queue, PushBatcher::start(calls.clone(), queue)));
        Self {
            wakeups: Wakeups::listen(link, calls.channels()),
            calls,
            claims: claims.into(),
            pushes: pushes.into(),
        }
    }

    fn claims(&self, queue: QueueName) -> Result<&ClaimBatcher, QueueError> {
        self.claims.get(&queue).ok_or_else(|| unknown(queue))
    }
}

#[async_trait]
impl Queue for RedisQueue {
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        let mut new = 0;
        for (queue, pushes) in &self.pushes {
            let of_queue: Vec<&Message> = messages
                .iter()
                .filter(|message| message.job.queue() == *queue)
                .collect();
            new += pushes.push(&of_queue).await?;
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
        let deadline = Instant::now() + timeout;
        let claims = self.claims(queue)?;
        loop {
            let wakeup = self.wakeups.notified(queue);
            let (claimed, next_due) = claims.claim(capacity, lease).await?;
            if !claimed.is_empty() {
                return Ok(claimed);
            }
            let poll_again =
                Instant::now() + next_due.map_or(POLL_EMPTY_EVERY, |due| due.min(POLL_EVERY));
            let woken = woken_before(poll_again.min(deadline), wakeup).await;
            if !woken && poll_again > deadline {
                return Ok(Vec::new());
            }
        }
    }

    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError> {
        let keys = self.calls.keys(queue)?;
        let renew = &self.calls.scripts.renew;
        let mut call = renew.key((&keys.messages, &keys.leases, &keys.workers));
        call.arg((&claim.id, claim.token, micros(lease)));
        self.calls.add_heartbeat(&mut call, queue);
        self.calls.invoke(&call).await
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let claims = self.claims(queue)?;
        if settlement == Settlement::Done {
            return claims.complete(claim).await;
        }
        claims.remove_open(1);
        self.calls.settle(queue, claim, settlement).await
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        let keys = self.calls.keys(queue)?;
        let stats = &self.calls.scripts.stats;
        let mut call = stats.key((&keys.messages, &keys.ready, &keys.delayed));
        call.key((&keys.leases, &keys.paused, &keys.dead, &keys.counts));
        let (by_rank, delayed, claimed, dead, done, cut, oldest, paused) = self
            .calls
            .invoke::<([u64; _], _, _, _, _, _, i64, _)>(&call)
            .await?;
        Ok(QueueStats {
            ready: by_rank.iter().sum(),
            by_rank,
            delayed,
            claimed,
            dead,
            done,
            cut,
            oldest: span(oldest),
            paused,
        })
    }
}

/// Waits for the wake-up, at most until `deadline`; returns whether it came.
async fn woken_before(deadline: Instant, wakeup: Option<Notified<'_>>) -> bool {
    if let Some(wakeup) = wakeup {
        return tokio::time::timeout_at(deadline, wakeup).await.is_ok();
    }
    tokio::time::sleep_until(deadline).await;
    false
}
