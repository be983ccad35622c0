//! Permits of the limiter, and what a request with one costs.

use crate::job_error::JobError;
use chrono::{DateTime, Utc};
use shared::domain::lane::{Lane, Priority};
use shared::ports::context::Context;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::store::RequestCost;

/// A permit of `lane`; else the instant until which the lane is closed.
///
/// # Errors
///
/// When the job has to wait longer than a worker does, or the limiter is unavailable.
pub(crate) async fn acquire(
    lane: &Lane,
    priority: Priority,
    ctx: &Context,
) -> Result<Result<Permit, DateTime<Utc>>, JobError> {
    match ctx.limiter.acquire(lane, priority).await? {
        Grant::Go(permit) => Ok(Ok(permit)),
        Grant::Closed(until) => Ok(Err(until)),
        Grant::Later(pause) => Err(JobError::wait(pause, format!("lane {lane} is busy"))),
    }
}

/// The cost of a request with `permit` that is answered.
pub(crate) fn cost_of(permit: &Permit) -> RequestCost {
    RequestCost {
        requests: 1,
        waited_ms: i64::try_from(permit.waited.as_millis()).unwrap_or(i64::MAX),
        lane_us: permit.period,
        ..RequestCost::default()
    }
}
