//! The queue that many processes share: the contract of `shared::ports::queue` over Redis.
//!
//! Each transition is one Lua script on Redis' own clock. A claim asks once, and asks again when the
//! bell rings, when the next message or lease falls due, and every two seconds anyway. Redis that is
//! away is an error of the call and nothing more; `crate::redis` mends the connection.

mod bell;
mod desk;
mod keys;
mod presence;
mod scripts;
mod view;

use super::{DEAD_KEPT, clipped};
use crate::redis::{RedisFault, RedisLink};
use async_trait::async_trait;
use bell::Bell;
use keys::Keys;
use presence::Presence;
use redis::{FromRedisValue, Script, ScriptInvocation};
use scripts::Scripts;
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{
    Claimed, Message, Queue, QueueError, QueueStats, Settlement, WorkerSign,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Messages of one push script: it holds up everyone else for about two milliseconds.
const PUSHED_AT_ONCE: usize = 500;
/// Messages and leases that fell due and are lined up by one claim, of each kind.
const LINED_UP_AT_ONCE: usize = 100;
/// A waiting claim looks again after this long even if no bell rings: the net below a lost ring.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Messages in Redis.
pub struct RedisQueue {
    calls: Arc<Calls>,
    bell: Bell,
}

/// What a call needs; shared with claims that outlive whoever waited for them.
struct Calls {
    link: RedisLink,
    scripts: Scripts,
    keys: HashMap<QueueName, Keys>,
    presence: Presence,
}

/// What a claim script finds.
enum Found {
    Message(Claimed),
    /// Nothing; the next message or lease falls due in this time, if any is known of.
    Nothing(Option<Duration>),
}

impl RedisQueue {
    /// The queues under the prefix of `link`. Listens for pushes from now on, in a task that ends
    /// with it; so it wants a runtime.
    pub fn new(link: RedisLink) -> Self {
        let keys: HashMap<_, _> = QueueName::ALL
            .map(|queue| (queue, Keys::new(link.prefix(), queue)))
            .into();
        let channels = keys
            .iter()
            .map(|(queue, keys)| (keys.bell.clone(), *queue))
            .collect();
        let bell = Bell::listen(link.client().clone(), channels);
        let calls = Arc::new(Calls {
            link,
            scripts: Scripts::new(),
            keys,
            presence: Presence::new(),
        });
        Self { calls, bell }
    }

    /// Takes a message for a caller who may be gone by the time it is there: then it goes back.
    async fn find(&self, queue: QueueName, lease: Duration) -> Result<Found, QueueError> {
        let (give, found) = oneshot::channel();
        let calls = Arc::clone(&self.calls);
        tokio::spawn(async move {
            let Err(unclaimed) = give.send(calls.claim(queue, lease).await) else {
                return;
            };
            if let Ok(Found::Message(claimed)) = unclaimed {
                let back = Settlement::Defer(Duration::ZERO);
                if let Err(error) = calls.settle(queue, &claimed, back).await {
                    tracing::debug!(%error, "a message that nobody waits for stays on its lease");
                }
            }
        });
        found
            .await
            .unwrap_or_else(|_| Err(QueueError("the claim broke off".to_owned())))
    }
}

impl Calls {
    fn keys(&self, queue: QueueName) -> Result<&Keys, QueueError> {
        self.keys
            .get(&queue)
            .ok_or_else(|| QueueError(format!("there is no queue {}", queue.as_str())))
    }

    async fn ask<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, QueueError> {
        let mut connection = self.link.shared();
        self.link
            .within(call.invoke_async(&mut connection))
            .await
            .map_err(QueueError::from)
    }

    /// The arguments by which a script knows who calls.
    fn sign(&self, call: &mut ScriptInvocation<'_>, queue: QueueName) {
        let (name, age) = self.presence.to_tell(queue);
        call.arg(name)
            .arg(micros(age))
            .arg(micros(WorkerSign::SILENCE));
    }

    async fn push(&self, queue: QueueName, messages: &[&Message]) -> Result<u64, QueueError> {
        let keys = self.keys(queue)?;
        let mut call = call(&self.scripts.push, [&keys.messages]);
        call.key(&keys.ready).key(&keys.delayed).arg(&keys.bell);
        for message in messages {
            let payload = serde_json::to_vec(&message.job)
                .map_err(|error| QueueError(format!("a job cannot be written: {error}")))?;
            call.arg(message.job.id())
                .arg(message.rank.0.min(Rank::COUNT - 1))
                .arg(micros(message.delay))
                .arg(payload);
        }
        self.ask(&call).await
    }

    async fn claim(&self, queue: QueueName, lease: Duration) -> Result<Found, QueueError> {
        let keys = self.keys(queue)?;
        let mut call = call(&self.scripts.claim, [&keys.messages]);
        call.key(&keys.ready)
            .key(&keys.delayed)
            .key(&keys.leases)
            .key(&keys.paused)
            .key(&keys.workers)
            .arg(&keys.bell)
            .arg(micros(lease))
            .arg(LINED_UP_AT_ONCE);
        self.sign(&mut call, queue);
        let (wait, id, payload, attempt, token): (i64, String, Vec<u8>, u32, u64) =
            self.ask(&call).await?;
        if id.is_empty() {
            return Ok(Found::Nothing(span(wait)));
        }
        Ok(Found::Message(Claimed {
            id,
            payload,
            attempt,
            token,
        }))
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let keys = self.keys(queue)?;
        let (verdict, delay, error) = match &settlement {
            Settlement::Done => ("done", Duration::ZERO, ""),
            Settlement::Defer(delay) => ("defer", *delay, ""),
            Settlement::Retry(delay, _) => ("retry", *delay, ""),
            Settlement::Dead(error) => ("dead", Duration::ZERO, clipped(error)),
        };
        let mut call = call(&self.scripts.settle, [&keys.messages, &keys.delayed]);
        call.key(&keys.leases)
            .key(&keys.counts)
            .key(&keys.dead)
            .key(&keys.dead_messages)
            .arg(&keys.bell)
            .arg(&claim.id)
            .arg(claim.token)
            .arg(verdict)
            .arg(micros(delay))
            .arg(error)
            .arg(DEAD_KEPT);
        self.ask(&call).await
    }
}

#[async_trait]
impl Queue for RedisQueue {
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        let mut new = 0;
        for queue in QueueName::ALL {
            let of_queue: Vec<&Message> = messages
                .iter()
                .filter(|message| message.job.queue() == queue)
                .collect();
            for part in of_queue.chunks(PUSHED_AT_ONCE) {
                new += self.calls.push(queue, part).await?;
            }
        }
        Ok(new)
    }

    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        patience: Duration,
    ) -> Result<Option<Claimed>, QueueError> {
        let give_up = Instant::now() + patience;
        loop {
            let ring = self.bell.next_ring(queue);
            let next_due = match self.find(queue, lease).await? {
                Found::Message(claimed) => return Ok(Some(claimed)),
                Found::Nothing(next_due) => next_due,
            };
            let left = give_up.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let wait = next_due.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN).min(left);
            // Without a bell there is only the clock.
            match ring {
                Some(ring) => drop(tokio::time::timeout(wait, ring).await),
                None => tokio::time::sleep(wait).await,
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
        let mut call = call(&self.calls.scripts.renew, [&keys.messages, &keys.leases]);
        call.key(&keys.workers)
            .arg(&claim.id)
            .arg(claim.token)
            .arg(micros(lease));
        self.calls.sign(&mut call, queue);
        self.calls.ask(&call).await
    }

    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        self.calls.settle(queue, claim, settlement).await
    }

    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.stats, [&keys.messages]);
        call.key(&keys.ready)
            .key(&keys.delayed)
            .key(&keys.leases)
            .key(&keys.paused)
            .key(&keys.dead)
            .key(&keys.counts);
        let (by_rank, delayed, claimed, dead, done, cut, oldest, paused) = self
            .calls
            .ask::<([u64; _], _, _, _, _, _, i64, _)>(&call)
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

/// A call of `script` with its first keys.
fn call<'a, const N: usize>(script: &'a Script, keys: [&String; N]) -> ScriptInvocation<'a> {
    let mut call = script.prepare_invoke();
    for key in keys {
        call.key(key);
    }
    call
}

impl From<RedisFault> for QueueError {
    fn from(fault: RedisFault) -> Self {
        Self(fault.told())
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A span in microseconds; none below zero.
fn span(micros: i64) -> Option<Duration> {
    u64::try_from(micros).ok().map(Duration::from_micros)
}
