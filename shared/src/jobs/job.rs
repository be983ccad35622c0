//! A job of any kind, ready for a queue.

use super::payload::Payload;
use super::rank::Rank;
use crate::domain::queue_name::QueueName;
use std::fmt;
use std::sync::Arc;

/// A job of any kind, as a queue takes it.
#[derive(Debug, Clone)]
pub struct Job(Arc<dyn AnyPayload>);

/// [`Payload`] without its constants and its size, which trait objects cannot have.
trait AnyPayload: fmt::Debug + Send + Sync {
    fn queue(&self) -> QueueName;
    fn id(&self) -> String;
    fn rank(&self) -> Rank;
    fn encode(&self) -> Result<Vec<u8>, serde_json::Error>;
}

impl<P: Payload> AnyPayload for P {
    fn queue(&self) -> QueueName {
        P::QUEUE
    }

    fn id(&self) -> String {
        Payload::id(self)
    }

    fn rank(&self) -> Rank {
        Payload::rank(self)
    }

    // Written by hand: `serde(flatten)` does the same at twice the cost for each message.
    fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let payload = serde_json::to_vec(self)?;
        let Some(fields) = payload.strip_prefix(b"{") else {
            return Err(serde::ser::Error::custom("a payload must be a JSON object"));
        };
        let comma = if fields == b"}" { "" } else { "," };
        let head = format!(r#"{{"job":"{}"{comma}"#, P::TAG);
        Ok([head.as_bytes(), fields].concat())
    }
}

impl Job {
    /// The job of this payload.
    pub fn new(payload: impl Payload) -> Self {
        Self(Arc::new(payload))
    }

    /// See [`Payload::QUEUE`].
    pub fn queue(&self) -> QueueName {
        self.0.queue()
    }

    /// See [`Payload::id`].
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// See [`Payload::rank`].
    pub fn rank(&self) -> Rank {
        self.0.rank()
    }

    /// The job as JSON: the field `job` holds the tag, the other fields are the payload's.
    ///
    /// # Errors
    ///
    /// When the payload cannot be written as a JSON object. A struct of ids and numbers always can.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        self.0.encode()
    }
}

/// Two jobs are equal when a queue takes them for the same message.
impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.queue() == other.queue() && self.id() == other.id()
    }
}

impl Eq for Job {}
