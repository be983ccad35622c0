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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_request_costs_the_time_that_its_permit_took_and_spends() {
        let permit = Permit {
            lane: Lane::ItemOffers("amzn1".to_owned()),
            granted_at: 5,
            period: 10_000_000,
            waited: Duration::from_millis(1_500),
            good_until: None,
        };

        let cost = cost_of(&permit);

        assert_eq!((cost.requests, cost.refused), (1, 0));
        assert_eq!((cost.waited_ms, cost.lane_us), (1_500, 10_000_000));
    }
}
