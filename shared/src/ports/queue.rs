//! The message queue below apalis: a small contract with an implementation over Redis and one in
//! memory. The same conformance suite tests both.

use crate::domain::outcome::words;
use crate::jobs::{Job, Payload, QueueName, Rank};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A message to push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The job to run. Only one message with the same [`Job::id`] is alive at a time.
    pub job: Job,
    /// Order within the queue.
    pub rank: Rank,
    /// The time until the message is ready.
    pub delay: Duration,
}

impl Message {
    /// A message that is alive and delayed for longer becomes due when it is pushed again. Longer than
    /// any back-off, so that only a message that waits for a reset is meant: the row that was written
    /// before the push must not wait with it.
    pub const PATIENCE: Duration = Duration::from_secs(15);

    /// A message without a delay, with the job's own rank.
    pub fn new(payload: impl Payload) -> Self {
        let job = Job::new(payload);
        Self {
            rank: job.rank(),
            job,
            delay: Duration::ZERO,
        }
    }
}

/// A message that a worker has claimed on a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The message's id.
    pub id: String,
    /// The encoded job, as it was pushed. The worker decodes it, so that an unreadable payload ends
    /// in the dead list and does not stop the worker.
    pub payload: Vec<u8>,
    /// The number of this attempt, from 1. It is counted with the claim, so that a message that
    /// kills its worker ends up dead, too.
    pub attempt: u32,
    /// Fencing token: only the current claim can renew or settle.
    pub token: u64,
}

/// How many messages a worker can take. It is read at the moment of the claim: a claim may wait for
/// a long time, and slots become free meanwhile.
#[derive(Clone)]
pub struct Capacity(Arc<dyn Fn() -> usize + Send + Sync>);

/// How a claim ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The job is done; the message is deleted.
    Done,
    /// The message is delayed by this time; the attempt does not count.
    Defer(Duration),
    /// The message is delayed by this time; the attempt counts.
    Retry(Duration, String),
    /// The message moves to the dead list, with the error.
    Dead(String),
}

/// A queue's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueStats {
    /// Messages that can be claimed now.
    pub ready: u64,
    /// The ready messages by rank; the first rank goes first.
    pub by_rank: [u64; Rank::COUNT as usize],
    /// Messages that are not due yet.
    pub delayed: u64,
    /// Messages on a lease.
    pub claimed: u64,
    /// Messages in the dead list.
    pub dead: u64,
    /// Messages settled as done, ever.
    pub done: u64,
    /// Messages that fell off the end of the dead list, ever.
    pub cut: u64,
    /// The age of the oldest ready message. A delayed message counts from the instant it was due.
    pub oldest: Option<Duration>,
    /// Nothing can be claimed until the queue is resumed.
    pub paused: bool,
}

/// The state of a message. A message has one state, but after its death a new message with the same
/// id may be alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Can be claimed; listed in the order of claims.
    Ready,
    /// Not due yet; listed by due time.
    Delayed,
    /// On a lease; listed by the end of the lease.
    Claimed,
    /// Given up; the newest is listed first.
    Dead,
}

/// One page of a list of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePage {
    /// The number of messages to skip.
    pub offset: u64,
    /// The most messages to list; limited to [`MessagePage::MOST`].
    pub limit: u64,
}

/// A message as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageInfo {
    /// The message's id.
    pub id: String,
    /// The encoded job, which may be unreadable.
    pub payload: Vec<u8>,
    /// Order within the queue.
    pub rank: Rank,
    /// The number of claims since the push, without deferred ones.
    pub attempts: u32,
    /// The message's state.
    pub state: MessageState,
    /// The time that the message has been in this state; `None` for a delayed one.
    pub since: Option<Duration>,
    /// The time until the message is due or its lease ends, at least zero; `None` in other states.
    pub left: Option<Duration>,
    /// Why the message was given up; only of a dead one.
    pub error: Option<String>,
}

/// The last sign of life of a process that claims from a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerHeartbeat {
    /// Host and process number.
    pub name: String,
    /// The age of the process.
    pub begun: Duration,
    /// The time since its last claim or renewal, to within a few seconds.
    pub heard: Duration,
}

/// The queue is unavailable for now.
#[derive(Debug, thiserror::Error)]
#[error("the queue is unavailable: {0}")]
pub struct QueueError(pub String);

/// Carries messages to the workers, at least once. Messages survive as long as the queue; after its
/// loss they are pushed again from the database rows.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Pushes each message whose id is not alive; returns how many were new. One that is alive, but
    /// delayed for longer than [`Message::PATIENCE`], becomes due as early as the pushed one would.
    async fn push(&self, messages: &[Message]) -> Result<u64, QueueError>;

    /// Claims the first messages of `queue` on a lease, as many as `capacity` allows. Waits up to
    /// `timeout` for the first one, and for no other.
    ///
    /// Dropping the future before it ends claims nothing.
    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Capacity,
    ) -> Result<Vec<Claimed>, QueueError>;

    /// Extends a lease; `false` if the claim is no longer valid.
    async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError>;

    /// Ends a claim; `false`, without a change, if the claim is no longer valid.
    async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError>;

    /// The queue's figures.
    ///
    /// A due message counts as delayed, and one whose lease has ended as claimed, until the next
    /// claim makes it ready.
    async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError>;
}

/// The read-only view of a queue for people.
#[async_trait]
pub trait QueueView: Send + Sync {
    /// One page of the messages in `state`. A message that changes its state meanwhile may be on
    /// two pages or on none.
    async fn list(
        &self,
        queue: QueueName,
        state: MessageState,
        page: MessagePage,
    ) -> Result<Vec<MessageInfo>, QueueError>;

    /// The alive message with this id, then the dead one, as far as they exist.
    async fn find(&self, queue: QueueName, id: &str) -> Result<Vec<MessageInfo>, QueueError>;

    /// The processes that claim from the queue, by name, without those that are silent for longer
    /// than [`WorkerHeartbeat::SILENCE`].
    async fn workers(&self, queue: QueueName) -> Result<Vec<WorkerHeartbeat>, QueueError>;
}

impl Capacity {
    /// A constant number of messages.
    pub fn fixed(most: usize) -> Self {
        Self::from_fn(move || most)
    }

    /// The number that `capacity` returns; it must not fall while a claim waits.
    pub fn from_fn(capacity: impl Fn() -> usize + Send + Sync + 'static) -> Self {
        Self(Arc::new(capacity))
    }

    /// How many messages can be taken now.
    pub fn now(&self) -> usize {
        (self.0)()
    }
}

impl fmt::Debug for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Capacity").field(&self.now()).finish()
    }
}

impl WorkerHeartbeat {
    /// A process that is silent for longer has ended or cannot reach the queue. An idle worker
    /// polls every five seconds, a busy one renews its leases every two.
    pub const SILENCE: Duration = Duration::from_secs(30);
}

/// The administration of a queue by people.
#[async_trait]
pub trait QueueAdmin: Send + Sync {
    /// Makes dead messages ready again in the given order, with their attempts reset; returns how
    /// many of the ids were dead. A message whose id is alive again is only removed from the dead
    /// list.
    async fn retry(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError>;

    /// Deletes dead messages; returns how many of the ids were dead.
    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError>;

    /// Stops claims from now on; claimed messages are processed to the end.
    async fn pause(&self, queue: QueueName) -> Result<(), QueueError>;

    /// Ends a pause; waiting claims continue at once.
    async fn resume(&self, queue: QueueName) -> Result<(), QueueError>;
}

impl MessagePage {
    /// The largest page: as long as the dead list, and a few milliseconds of Redis' time.
    pub const MOST: u64 = 1_000;

    /// The first `limit` messages.
    pub fn first(limit: u64) -> Self {
        Self { offset: 0, limit }
    }

    /// The most messages to list.
    pub fn size(self) -> u64 {
        self.limit.min(Self::MOST)
    }
}

impl MessageState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Delayed, Self::Claimed, Self::Dead];
}

words!(MessageState {
    Ready => "ready",
    Delayed => "delayed",
    Claimed => "leased",
    Dead => "dead",
});
