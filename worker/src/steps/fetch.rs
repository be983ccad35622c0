//! What every request to Amazon needs: a permit with an access token and an open connection, and its cost
//! counted.

use super::permit;
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
use chrono::TimeDelta;
use shared::domain::lane::{Lane, Priority};
use shared::domain::retry::Remedy;
use shared::domain::run::RunId;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::MarketplaceError;
use shared::ports::store::RequestCost;
use std::time::Duration;
use uuid::Uuid;

/// A run ends when every request was refused for this long; the next one tries again.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::minutes(5);
/// Pause of a job that was refused on a lane without a rate.
const UNPACED_PAUSE: Duration = Duration::from_secs(1);

/// A permit of `lane`, with a fresh access token and an open connection.
pub(super) async fn ready(
    lane: &Lane,
    priority: Priority,
    ctx: &Context,
) -> Result<Permit, JobError> {
    ctx.marketplace.prepare().await?;
    tokio::select! {
        permit = open_permit(lane, priority, ctx) => permit,
        never = ctx.marketplace.keep_alive() => match never {},
    }
}

/// Counts the cost of a request that failed with `error`, and returns that error as the job's.
pub(super) async fn count_failed(
    (run, lane): (RunId, &Lane),
    cost: RequestCost,
    error: MarketplaceError,
    ctx: &Context,
) -> Result<JobError, JobError> {
    let (requests, refused) = match error {
        MarketplaceError::Lapsed => (0, 0),
        MarketplaceError::Throttled => (0, 1),
        _ => (1, 0),
    };
    let cost = RequestCost {
        requests,
        refused,
        ..cost
    };
    let id = Uuid::now_v7();
    with_store_retry(|| ctx.store.count(run, id, cost)).await?;
    match error {
        MarketplaceError::Throttled => Ok(throttled(lane, cost, error, ctx).await),
        error => Ok(error.into()),
    }
}

/// Waits for the lane, but ends the run when Amazon has refused everything for too long: a run that
/// stays open would block the next one of its kind.
async fn throttled(
    lane: &Lane,
    cost: RequestCost,
    error: MarketplaceError,
    ctx: &Context,
) -> JobError {
    let now = ctx.clock.now();
    let since = ctx.limiter.refused_since(lane).await;
    match since.filter(|since| now - *since >= GIVE_UP_AFTER) {
        Some(since) => {
            let minutes = (now - since).num_minutes();
            JobError::new(
                Remedy::Stop,
                format!(
                    "amazon has refused every request for {minutes} minutes (429, {lane}): check whether another program uses the same credentials"
                ),
            )
        }
        // Without a rate the lane is not paused.
        None if cost.lane_us == 0 => JobError::wait(UNPACED_PAUSE, error.to_string()),
        None => error.into(),
    }
}

async fn open_permit(lane: &Lane, priority: Priority, ctx: &Context) -> Result<Permit, JobError> {
    let permit = permit::acquire(lane, priority, ctx).await?;
    permit.map_err(|until| {
        let why = format!("lane {lane} is closed until {until}");
        JobError::wait_until(until, ctx.clock.now(), why)
    })
}
