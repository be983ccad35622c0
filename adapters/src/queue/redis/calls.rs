//! The calls of the queue's scripts: keys, arguments and results.

use super::heartbeat::HeartbeatSender;
use super::keys::QueueKeys;
use super::scripts::Scripts;
use crate::queue::{DEAD_KEPT, clipped};
use crate::redis::{RedisFault, RedisLink};
use redis::{FromRedisValue, ScriptInvocation};
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Message, QueueError, Settlement, WorkerHeartbeat};
use std::collections::HashMap;
use std::time::Duration;

/// A message as `push.lua` takes it.
pub struct PushEntry {
    pub(crate) id: String,
    pub(crate) rank: u8,
    pub(crate) delay_us: u64,
    pub(crate) payload: Vec<u8>,
}

/// Connection, scripts and keys. Shared with the tasks that outlive a cancelled caller.
pub struct QueueCalls {
    pub(crate) link: RedisLink,
    pub(crate) scripts: Scripts,
    keys: HashMap<QueueName, QueueKeys>,
    heartbeat: HeartbeatSender,
}

impl QueueCalls {
    /// The calls of all queues under the prefix of `link`.
    pub fn new(link: RedisLink) -> Self {
        let keys = QueueName::ALL.map(|queue| (queue, QueueKeys::new(link.prefix(), queue)));
        Self {
            link,
            scripts: Scripts::new(),
            keys: keys.into(),
            heartbeat: HeartbeatSender::new(),
        }
    }

    /// The wake-up channel of each queue.
    pub fn channels(&self) -> HashMap<String, QueueName> {
        let keys = self.keys.iter();
        keys.map(|(queue, keys)| (keys.wakeups.clone(), *queue))
            .collect()
    }

    pub(crate) fn keys(&self, queue: QueueName) -> Result<&QueueKeys, QueueError> {
        self.keys.get(&queue).ok_or_else(|| unknown(queue))
    }

    /// Calls a script and decodes its reply.
    pub async fn invoke<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<T, QueueError> {
        let mut connection = self.link.shared();
        let reply = call.invoke_async(&mut connection);
        self.link.within(reply).await.map_err(QueueError::from)
    }

    /// Adds the heartbeat of this process to the arguments.
    pub fn add_heartbeat(&self, call: &mut ScriptInvocation<'_>, queue: QueueName) {
        let (name, age) = self.heartbeat.next(queue);
        call.arg((name, micros(age), micros(WorkerHeartbeat::SILENCE)));
    }

    /// Pushes `entries`; returns a `1` for each new one and a `0` for each other.
    pub async fn push(
        &self,
        queue: QueueName,
        entries: impl Iterator<Item = &PushEntry>,
    ) -> Result<String, QueueError> {
        let keys = self.keys(queue)?;
        let push = &self.scripts.push;
        let mut call = push.key((&keys.messages, &keys.ready, &keys.delayed));
        call.arg((&keys.wakeups, micros(Message::PATIENCE)));
        for entry in entries {
            call.arg((&entry.id, entry.rank, entry.delay_us, &entry.payload));
        }
        self.invoke(&call).await
    }

    /// Moves a claimed message whose id is not text to the dead list, under a text that shows the id.
    pub async fn bury(
        &self,
        queue: QueueName,
        id: &[u8],
        token: u64,
        why: &str,
    ) -> Result<bool, QueueError> {
        let mut call = self.settle_call(queue)?;
        call.arg(id)
            .arg((token, "dead", 0, clipped(why), DEAD_KEPT));
        self.invoke(call.arg(shown_id(id))).await
    }

    /// Ends a claim whose message is retried or dead. Completions go through the claim batcher.
    pub async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        let (verdict, delay, error) = match &settlement {
            Settlement::Done => {
                let why = "a completion must go through the claim batcher";
                return Err(QueueError(why.to_owned()));
            }
            Settlement::Defer(delay) => ("defer", *delay, ""),
            Settlement::Retry(delay, _) => ("retry", *delay, ""),
            Settlement::Dead(error) => ("dead", Duration::ZERO, clipped(error)),
        };
        let mut call = self.settle_call(queue)?;
        call.arg((&claim.id, claim.token, verdict, micros(delay)))
            .arg((error, DEAD_KEPT, &claim.id));
        self.invoke(&call).await
    }

    fn settle_call(&self, queue: QueueName) -> Result<ScriptInvocation<'_>, QueueError> {
        let keys = self.keys(queue)?;
        let mut call = self.scripts.settle.key((&keys.messages, &keys.delayed));
        call.key((&keys.leases, &keys.counts, &keys.dead, &keys.dead_messages))
            .arg(&keys.wakeups);
        Ok(call)
    }
}

/// An id as people see it. Ours are text; another program may have written other bytes.
pub fn shown_id(id: &[u8]) -> String {
    match str::from_utf8(id) {
        Ok(text) => text.to_owned(),
        Err(_) => id.escape_ascii().to_string(),
    }
}

/// The error for a queue without keys.
pub fn unknown(queue: QueueName) -> QueueError {
    QueueError(format!("there is no queue {}", queue.as_str()))
}

/// A span as whole microseconds.
pub fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A span in microseconds; `None` for a negative number.
pub fn span(micros: i64) -> Option<Duration> {
    u64::try_from(micros).ok().map(Duration::from_micros)
}

impl From<RedisFault> for QueueError {
    fn from(fault: RedisFault) -> Self {
        Self(fault.message())
    }
}
