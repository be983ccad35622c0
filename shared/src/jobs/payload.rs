//! What a queue has to know about one kind of job.

use super::rank::Rank;
use crate::domain::queue_name::QueueName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// The payload of one kind of job.
pub trait Payload: Serialize + DeserializeOwned + fmt::Debug + Send + Sync + 'static {
    /// Names the job and the version of its payload in stored messages, as in `sync_batch/1`. Queues
    /// hold messages of earlier versions of the program: a changed payload gets a new tag.
    const TAG: &'static str;
    /// The queue that the job belongs to.
    const QUEUE: QueueName;

    /// The job's id. A queue accepts no second message of this id while the first one is alive.
    fn id(&self) -> String;

    /// Order within the queue, unless the message says otherwise.
    fn rank(&self) -> Rank {
        Rank::NORMAL
    }
}
