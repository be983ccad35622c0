//! The queue that many processes share: the contract of `shared::ports::queue` over Redis.
//!
//! Each transition is one Lua script on Redis' own clock. Calls of one process that come at the same
//! moment go together: claims and what is done over the `counter`, pushes over the `belt`. A claim asks once, and asks again when the
//! bell rings, when the next message or lease falls due, and every few seconds anyway. Redis that is
//! away is an error of the call and nothing more; `crate::redis` mends the connection.

mod belt;
mod counter;
mod desk;
mod keys;
mod presence;
mod scripts;
mod view;
mod wakeups;

use super::{DEAD_KEPT, clipped};
use crate::redis::{RedisFault, RedisLink};
use async_trait::async_trait;
use belt::{Belt, Load};
use counter::Counter;
use keys::Keys;
use presence::Presence;
use redis::{FromRedisValue, Script, ScriptInvocation};
use scripts::Scripts;
use shared::jobs::QueueName;
use shared::ports::queue::{
    Claimed, Message, Queue, QueueError, QueueStats, Room, Settlement, WorkerSign,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::futures::Notified;
use tokio::time::Instant;
use wakeups::Wakeups;

/// Messages and leases that fell due and are lined up by one claim, of each kind.
const LINED_UP_AT_ONCE: usize = 100;
/// A waiting claim looks again after this long even if no bell rings: the net below a lost ring.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// The same where the queue holds nothing at all, or is paused: most of a shop's day.
const LOOK_AT_NOTHING_AGAIN: Duration = Duration::from_secs(5);

/// Messages in Redis.
pub struct RedisQueue {
    calls: Arc<Calls>,
    counters: HashMap<QueueName, Counter>,
    belts: HashMap<QueueName, Belt>,
    wakeups: Wakeups,
}

/// What a call needs; shared with what outlives whoever waited for it.
struct Calls {
    link: RedisLink,
    scripts: Scripts,
    keys: HashMap<QueueName, Keys>,
    presence: Presence,
}

/// What a claim finds.
enum Found {
    Messages(Vec<Claimed>),
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
        let wakeups = Wakeups::listen(link.clone(), channels);
        let calls = Arc::new(Calls {
            link,
            scripts: Scripts::new(),
            keys,
            presence: Presence::new(),
        });
        let counters = QueueName::ALL.map(|queue| (queue, Counter::open(calls.clone(), queue)));
        let belts = QueueName::ALL.map(|queue| (queue, Belt::start(calls.clone(), queue)));
        Self {
            calls,
            counters: counters.into(),
            belts: belts.into(),
            wakeups,
        }
    }

    fn counter(&self, queue: QueueName) -> Result<&Counter, QueueError> {
        self.counters.get(&queue).ok_or_else(|| unknown(queue))
    }
}

impl Calls {
    fn keys(&self, queue: QueueName) -> Result<&Keys, QueueError> {
        self.keys.get(&queue).ok_or_else(|| unknown(queue))
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

    /// For each of `loads` whether it was new, as a `1` or a `0`.
    async fn push(
        &self,
        queue: QueueName,
        loads: impl Iterator<Item = &Load>,
    ) -> Result<String, QueueError> {
        let keys = self.keys(queue)?;
        let mut call = call(&self.scripts.push, [&keys.messages]);
        call.key(&keys.ready).key(&keys.delayed).arg(&keys.bell);
        for load in loads {
            call.arg(&load.id)
                .arg(load.rank)
                .arg(load.delay)
                .arg(&load.payload);
        }
        self.ask(&call).await
    }

    /// Ends a claim whose message comes again, or is given up.
    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let keys = self.keys(queue)?;
        let (verdict, delay, error) = match &settlement {
            Settlement::Done => {
                return Err(QueueError("what is done goes over the counter".to_owned()));
            }
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
        for (queue, belt) in &self.belts {
            let of_queue: Vec<&Message> = messages
                .iter()
                .filter(|message| message.job.queue() == *queue)
                .collect();
            new += belt.push(&of_queue).await?;
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
        let give_up = Instant::now() + timeout;
        let counter = self.counter(queue)?;
        loop {
            let ring = self.wakeups.notified(queue);
            let next_due = match counter.claim(capacity, lease).await? {
                Found::Messages(claimed) => return Ok(claimed),
                Found::Nothing(next_due) => next_due,
            };
            let look_again =
                Instant::now() + next_due.map_or(LOOK_AT_NOTHING_AGAIN, |due| due.min(LOOK_AGAIN));
            let until = look_again.min(give_up);
            let woken = rings_before(until, ring).await;
            if !woken && look_again > give_up {
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
        let counter = self.counter(queue)?;
        if settlement == Settlement::Done {
            return counter.done(claim).await;
        }
        counter.let_go();
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

/// Waits for the ring, at most until then; without a bell there is only the clock.
async fn rings_before(until: Instant, ring: Option<Notified<'_>>) -> bool {
    if let Some(ring) = ring {
        return tokio::time::timeout_at(until, ring).await.is_ok();
    }
    tokio::time::sleep_until(until).await;
    false
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
        Self(fault.message())
    }
}

fn unknown(queue: QueueName) -> QueueError {
    QueueError(format!("there is no queue {}", queue.as_str()))
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A span in microseconds; none below zero.
fn span(micros: i64) -> Option<Duration> {
    u64::try_from(micros).ok().map(Duration::from_micros)
}
