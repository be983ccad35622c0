//! The queue below apalis: a small contract, implemented over Redis and in memory, with one
//! conformance suite run on both.

use crate::jobs::{Job, Payload, QueueName, Rank};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
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

impl Message {
    /// The message of a job that is due now, with the job's own rank.
    pub fn new(payload: impl Payload) -> Self {
        let job = Job::new(payload);
        Self {
            rank: job.rank(),
            job,
            delay: Duration::ZERO,
        }
    }
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

/// How many messages whoever claims has room for. It is asked in the moment in which they are taken: a
/// claim may wait for long, and places become free meanwhile.
#[derive(Clone)]
pub struct Room(Arc<dyn Fn() -> usize + Send + Sync>);

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
    /// Of these, how many are of each rank; the first rank goes first.
    pub by_rank: [u64; Rank::COUNT as usize],
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

/// Where a message stands. Each is in one place only, but that an id which died may be alive again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Can be claimed; the one that goes first is first.
    Ready,
    /// Waits for its time; the one that is due first is first.
    Delayed,
    /// In the hands of a worker; the one whose lease ends first is first.
    Claimed,
    /// Given up; the last one is first.
    Dead,
}

/// A part of a list: places are listed part by part, never as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// How many are passed over.
    pub offset: u64,
    /// How many are listed at most; above [`Slice::MOST`] it counts as that.
    pub limit: u64,
}

/// A message as a person looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The message's id.
    pub id: String,
    /// The encoded job, which may be what nobody can read.
    pub payload: Vec<u8>,
    /// Order within the queue.
    pub rank: Rank,
    /// How often it was claimed since it was pushed; a claim that was deferred does not count.
    pub attempts: u32,
    /// Where it stands.
    pub place: Place,
    /// How long it has stood there; `None` for one that is delayed.
    pub since: Option<Duration>,
    /// Until it falls due or its lease ends, zero when that has passed; `None` for the other places.
    pub left: Option<Duration>,
    /// Why it was given up; only of a dead one.
    pub error: Option<String>,
}

/// A process that takes messages of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerSign {
    /// Host and number of the process.
    pub name: String,
    /// How long ago it began.
    pub begun: Duration,
    /// How long ago it asked for a message, or renewed a lease; told every few seconds.
    pub heard: Duration,
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

    /// Claims the first messages of `queue` on a lease, as many as `capacity` allows. Waits up to
    /// `timeout` for the first one, and for no other.
    ///
    /// Dropping the future before it ends claims nothing.
    async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Room,
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

/// What a person sees of a queue. Nothing here changes anything.
#[async_trait]
pub trait QueueView: Send + Sync {
    /// A part of the messages that stand at `place`. What moves meanwhile may be in two parts or none.
    async fn list(
        &self,
        queue: QueueName,
        place: Place,
        slice: Slice,
    ) -> Result<Vec<Listed>, QueueError>;

    /// What there is of this id: the message that is alive, then the one that is dead, or neither.
    async fn find(&self, queue: QueueName, id: &str) -> Result<Vec<Listed>, QueueError>;

    /// The processes that take messages of the queue, by name; none of which nothing was heard for
    /// [`WorkerSign::SILENCE`].
    async fn workers(&self, queue: QueueName) -> Result<Vec<WorkerSign>, QueueError>;
}

impl Room {
    /// Always for as many as this.
    pub fn of(most: usize) -> Self {
        Self::told_by(move || most)
    }

    /// For as many as `room` tells; it must not tell less while a claim waits.
    pub fn told_by(room: impl Fn() -> usize + Send + Sync + 'static) -> Self {
        Self(Arc::new(room))
    }

    /// How many messages may be taken now.
    pub fn now(&self) -> usize {
        (self.0)()
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Room").field(&self.now()).finish()
    }
}

impl WorkerSign {
    /// Who is silent for so long has ended, or does not reach the queue. An idle worker asks every five
    /// seconds, a busy one renews every two.
    pub const SILENCE: Duration = Duration::from_secs(30);
}

/// What a person does with a queue. It is for anyone who may look after it, while [`Queue`] is for
/// the work itself.
#[async_trait]
pub trait QueueDesk: Send + Sync {
    /// Lines dead messages up again, as if they were pushed for the first time, in the order given;
    /// returns how many of the ids were dead. Where an id is alive again already, that message stands
    /// for it.
    async fn retry(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError>;

    /// Takes dead messages off the list for good; returns how many of the ids were dead.
    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError>;

    /// From now on nothing can be claimed; what is claimed is worked on to its end.
    async fn pause(&self, queue: QueueName) -> Result<(), QueueError>;

    /// Ends a pause; waiting claims go on at once.
    async fn resume(&self, queue: QueueName) -> Result<(), QueueError>;
}

impl Slice {
    /// As many as one may hold: as long as the dead list, and a few milliseconds of Redis' time.
    pub const MOST: u64 = 1_000;

    /// The first `limit`.
    pub fn first(limit: u64) -> Self {
        Self { offset: 0, limit }
    }

    /// How many are listed at most.
    pub fn size(self) -> u64 {
        self.limit.min(Self::MOST)
    }
}

impl Place {
    /// All places.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Delayed, Self::Claimed, Self::Dead];

    /// The name in commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Delayed => "delayed",
            Self::Claimed => "leased",
            Self::Dead => "dead",
        }
    }
}
