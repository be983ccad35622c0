//! Leave to send: no request goes out without a permit of its lane.

use crate::domain::lane::{Lane, Priority};
use crate::domain::quota::{Window, WindowUse};
use crate::domain::rate::{Feedback, Micros};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};

/// Leave to send one request on a lane now. Spent by sending; given back by nobody, since a token
/// counts as used from the grant on.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    /// The lane.
    pub lane: Lane,
    /// The instant of the grant on the limiter's clock; 0 where the lane has no rate.
    pub granted_at: Micros,
    /// What the grant spends of the lane's time; 0 where the lane has no rate.
    pub period: Micros,
    /// How long the caller waited for it.
    pub waited: Duration,
    /// The last instant to send at, on this process's own clock: later, the next permit may be on its
    /// way. `None` where the lane has no rate.
    pub good_until: Option<Instant>,
}

/// The answer to a request for a permit.
#[derive(Debug, PartialEq, Eq)]
pub enum Grant {
    /// Send now.
    Go(Permit),
    /// Not within the time that a worker waits; put the job back for this long.
    Later(Duration),
    /// The account's quota is used up until this instant.
    Closed(DateTime<Utc>),
}

/// The limiter cannot say; nothing may be sent.
#[derive(Debug, thiserror::Error)]
#[error("the limiter cannot be asked: {0}")]
pub struct LimiterError(pub String);

/// Hands out permits.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Waits for leave to send on `lane`; short waits are spent here, long ones are told.
    ///
    /// Dropping the future gives the place in the queue back.
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError>;

    /// Tells what the answer to a granted request said of the lane, as soon as it is known.
    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback);

    /// The vendor refused a call since this window of the lane is used up; returns its end.
    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc>;

    /// The present period of a lane with a rate; `None` for one without.
    async fn period(&self, lane: &Lane) -> Option<Micros>;

    /// What all processes together have used of a shop's windows. `None` where nothing is counted yet,
    /// and where one process counts: that one keeps it in the database
    /// ([`LaneStore`](super::store::LaneStore)).
    ///
    /// # Errors
    ///
    /// When it cannot be asked now.
    async fn shared_use(&self, _lane: &Lane) -> Result<Option<WindowUse>, LimiterError> {
        Ok(None)
    }
}
