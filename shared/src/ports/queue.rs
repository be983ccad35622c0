//! The queue below apalis: a small contract, implemented over Redis and in memory, with one
//! conformance suite run on both.

use crate::jobs::{Job, QueueName, Rank};
use async_trait::async_trait;
use std::time::Duration;

/// A message to push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What to do; its [`Job::id`] is pushed once while it is alive.
    pub job: Job,
    /// Order within the queue.
    pub rank: Rank,
    /// Not before this much time from now.
    pub delay: Duration,
}

/// A message in the hands of a worker, on a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The message's id.
    pub id: String,
    /// The encoded job, as it was pushed. Whoever claims it decodes it, so that a payload that
    /// cannot be read ends in the dead list and not the worker.
    pub payload: Vec<u8>,
    /// 1 on the first claim; counted when claimed, so that a message that kills its worker ends.
    pub attempt: u32,
    /// Fencing token: settles only while this claim holds.
    pub token: u64,
}

/// What becomes of a claimed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Done and gone.
    Done,
    /// Again after this time; the attempt is given back.
    Defer(Duration),
    /// Again after this time; the attempt stays counted.
    Retry(Duration, String),
    /// To the dead list, with the error.
    Dead(String),
}

/// A queue's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueStats {
    /// Can be claimed now.
    pub ready: u64,
    /// Waits for its time.
    pub delayed: u64,
    /// In the hands of workers.
    pub claimed: u64,
    /// In the dead list.
    pub dead: u64,
    /// Settled as done, ever.
    pub done: u64,
    /// Fell off the end of the dead list, ever.
    pub cut: u64,
    /// How long the oldest message that is ready has been so. A message that waited for its time is
    /// ready from then on.
    pub oldest: Option<Duration>,
    /// Nothing can be claimed until the queue is resumed.
    pub paused: bool,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadMessage {
    /// The message's id.
    pub id: String,
    /// The encoded job, which may be what nobody could read.
    pub payload: Vec<u8>,
    /// How often it was claimed.
    pub attempts: u32,
    /// Why it was given up.
    pub error: String,
    /// How long ago it was given up.
    pub age: Duration,
}

/// The queue cannot be asked now; it may come back.
#[derive(Debug, thiserror::Error)]
#[error("the queue cannot be asked: {0}")]
pub struct QueueError(pub String);

/// Carries messages from whoever finds work to whoever does it. At least once, never silently lost
/// while the queue lives; what is lost with it is found again from the rows.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Pushes each message whose id is not alive; returns how many were new.
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError>;

    /// Takes the first message of `queue` on a lease, waiting up to `patience` for one to come.
    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        patience: Duration,
    ) -> Result<Option<Claimed>, QueueError>;

    /// The same for up to `most` messages, of which it waits for the first only.
    ///
    /// Dropping the future before it ends takes nothing.
    async fn claim_some(
        &self,
        queue: QueueName,
        lease: Duration,
        patience: Duration,
        most: usize,
    ) -> Result<Vec<Claimed>, QueueError>;

    /// Prolongs a lease; `false` when the claim does not hold any more.
    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError>;

    /// Ends a claim; `false`, and nothing changed, when it does not hold any more.
    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError>;

    /// The queue's figures.
    ///
    /// Messages whose time has come count as delayed, and those whose lease has ended as claimed,
    /// until the next claim lines them up.
    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError>;
}

/// What a person does with a queue. It is for anyone who may look after it, while [`Queue`] is for
/// the work itself.
#[async_trait]
pub trait QueueDesk: Send + Sync {
    /// The messages that were given up, the last one first, `limit` at most. The list is capped: see
    /// [`QueueStats::cut`].
    async fn dead(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadMessage>, QueueError>;

    /// Lines a dead message up again, as if it were pushed for the first time; `false` when there is
    /// none of this id. Where the id is alive again already, that message stands for it.
    async fn retry(&self, queue: QueueName, id: &str) -> Result<bool, QueueError>;

    /// Takes a dead message off the list for good; `false` when there is none of this id.
    async fn discard(&self, queue: QueueName, id: &str) -> Result<bool, QueueError>;

    /// From now on nothing can be claimed; what is claimed is worked on to its end.
    async fn pause(&self, queue: QueueName) -> Result<(), QueueError>;

    /// Ends a pause; waiting claims go on at once.
    async fn resume(&self, queue: QueueName) -> Result<(), QueueError>;
}
