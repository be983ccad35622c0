//! Asks Amazon for the offers of one batch, under a permit of its lane.

use super::permit;
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
use shared::domain::asin::AsinBatch;
use shared::domain::lane::{Lane, Priority};
use shared::domain::observation::Observation;
use shared::domain::run::RunId;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::MarketplaceError;
use shared::ports::store::RequestCost;
use uuid::Uuid;

/// One observation for each ASIN of `batch`, and the cost of the request.
///
/// The cost of a failed request is counted here: its caller gets the error only.
pub(super) async fn offers(
    run: RunId,
    batch: &AsinBatch,
    priority: Priority,
    ctx: &Context,
) -> Result<(Vec<Observation>, RequestCost), JobError> {
    let permit = ready(&ctx.marketplace.lane(), priority, ctx).await?;
    let cost = permit::cost_of(&permit);
    // In the order of the grants: an answer that was late must not count as newer than one to a later
    // request.
    let asked_at = ctx.clock.now();
    match ctx.marketplace.offers(permit, batch).await {
        Ok(answers) => {
            let rule = &ctx.rules.offers;
            let judge = |(asin, answer)| Observation::judge(asin, asked_at, answer, rule);
            Ok((answers.into_iter().map(judge).collect(), cost))
        }
        Err(error) => Err(count_failed(run, cost, error, ctx).await?),
    }
}

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
    run: RunId,
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
    Ok(error.into())
}

async fn open_permit(lane: &Lane, priority: Priority, ctx: &Context) -> Result<Permit, JobError> {
    let permit = permit::acquire(lane, priority, ctx).await?;
    permit.map_err(|until| {
        let why = format!("lane {lane} is closed until {until}");
        JobError::wait_until(until, ctx.clock.now(), why)
    })
}
