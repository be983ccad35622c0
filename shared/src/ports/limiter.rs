//! The rate limiter: no request is sent without a permit for its lane.

use crate::domain::lane::{Lane, Priority};
use crate::domain::quota::{Window, WindowUse};
use crate::domain::rate::{Feedback, Micros};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};

/// Permission to send one request on a lane now. It cannot be returned: the vendor's token counts
/// as used from the grant on.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    /// The lane.
    pub lane: Lane,
    /// The instant of the grant on the limiter's clock; 0 if the lane has no rate.
    pub granted_at: Micros,
    /// The lane's time that the grant spends; 0 if the lane has no rate.
    pub period: Micros,
    /// How long the caller waited for the permit.
    pub waited: Duration,
    /// The deadline for sending, on this process's own clock: after it, the next permit may already
    /// be granted. `None` if the lane has no rate.
    pub good_until: Option<Instant>,
}

/// The answer to a request for a permit.
#[derive(Debug, PartialEq, Eq)]
pub enum Grant {
    /// Send now.
    Go(Permit),
    /// The wait is too long for a worker: put the job back for this long.
    Later(Duration),
    /// The account's quota is exhausted until this instant.
    Closed(DateTime<Utc>),
}

/// The limiter is unavailable; nothing may be sent.
#[derive(Debug, thiserror::Error)]
#[error("the limiter is unavailable: {0}")]
pub struct LimiterError(pub String);

/// Grants permits.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Waits for a permit on `lane`. A short wait happens here, a long one is returned as
    /// [`Grant::Later`].
    ///
    /// Dropping the future leaves the lane's queue.
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError>;

    /// Reports what the response to a granted request said about the lane. Call it as soon as the
    /// response arrives.
    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback);

    /// Reports that the vendor refused a call because this window of the lane is exhausted; returns
    /// the end of the window.
    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc>;

    /// The current period of a lane with a rate; `None` for a lane without one.
    async fn period(&self, lane: &Lane) -> Option<Micros>;

    /// Since when every request of this process on a lane of Amazon was refused for its quota; `None`
    /// if the last one was not.
    async fn refused_since(&self, _lane: &Lane) -> Option<DateTime<Utc>> {
        None
    }

    /// The calls of all processes in the current windows of a shop. `None` if nothing is counted
    /// yet, and for the limiter of one process, which keeps the count in the database
    /// ([`LaneStore`](super::store::LaneStore)).
    ///
    /// # Errors
    ///
    /// When the limiter is unavailable.
    async fn shared_use(&self, _lane: &Lane) -> Result<Option<WindowUse>, LimiterError> {
        Ok(None)
    }
}
