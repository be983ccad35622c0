//! From a payload's tag to the handler of its job: the seam between the runtime and the jobs.

use crate::job_error::JobError;
use async_trait::async_trait;
use serde::Deserialize;
use shared::jobs::Payload;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Runs one kind of job. It is implemented for the job's payload; `C` is what the handlers work with,
/// for the product's jobs a [`Context`](shared::ports::context::Context).
#[async_trait]
pub trait Handler<C>: Send + Sync {
    /// Does the job. It may run twice at the same time, and may be dropped at any await: rows are
    /// written before messages, and every write is idempotent by key.
    async fn run(&self, ctx: &C) -> Result<(), JobError>;

    /// Ends the job after its last attempt, or after an error that no attempt can overcome: its result
    /// is missing from here on, and its run continues without it.
    async fn give_up(&self, error: &JobError, ctx: &C) -> Result<(), JobError>;

    /// Ends what the job belongs to, since a person has to act before any job of this kind can succeed.
    async fn stop(&self, error: &JobError, ctx: &C) -> Result<(), JobError>
    where
        C: Sync,
    {
        self.give_up(error, ctx).await
    }
}

/// The kinds of jobs that a runtime knows, each registered by one line.
pub struct Handlers<C> {
    pub(crate) ctx: C,
    decoders: HashMap<&'static str, Decode<C>>,
}

type Decode<C> = fn(&[u8]) -> Result<Arc<dyn Handler<C>>, serde_json::Error>;

/// Why a message has no handler.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The payload is not JSON, or a field is missing or wrong.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// No registered job has this tag.
    #[error("no job has the tag {0:?}")]
    UnknownTag(String),
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow)]
    job: Cow<'a, str>,
}

impl<C> Handlers<C> {
    /// No kinds of jobs yet; their handlers will work with `ctx`.
    pub fn new(ctx: C) -> Self {
        Self {
            ctx,
            decoders: HashMap::new(),
        }
    }

    /// The same, and the jobs with payload `P`.
    #[must_use]
    pub fn with<P: Payload + Handler<C>>(self) -> Self {
        self.with_tag::<P>(P::TAG)
    }

    /// The same, and the jobs with this tag, which are handled as payload `P`.
    #[must_use]
    pub fn with_tag<P: Payload + Handler<C>>(mut self, tag: &'static str) -> Self {
        let decode: Decode<C> = |payload| Ok(Arc::new(serde_json::from_slice::<P>(payload)?));
        self.decoders.insert(tag, decode);
        self
    }

    /// The job that a message carries.
    ///
    /// # Errors
    ///
    /// See [`DecodeError`]; the message can never be handled by this version of the program.
    pub fn decode(&self, payload: &[u8]) -> Result<Arc<dyn Handler<C>>, DecodeError> {
        let Tag { job } = serde_json::from_slice(payload)?;
        let decode = self.decoders.get(job.as_ref());
        let decode = decode.ok_or_else(|| DecodeError::UnknownTag(job.into_owned()))?;
        Ok(decode(payload)?)
    }
}
