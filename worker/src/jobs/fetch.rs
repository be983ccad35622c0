//! Asks Amazon for the offers of one batch, under a permit of its lane.

use super::kept::kept;
use crate::failure::Failure;
use shared::domain::asin::AsinBatch;
use shared::domain::lane::{Lane, Priority};
use shared::domain::observation::Observation;
use shared::domain::run::RunId;
use shared::ports::context::Context;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::marketplace::MarketplaceError;
use shared::ports::store::RequestCost;
use std::convert::Infallible;
use std::time::Duration;
use uuid::Uuid;

/// One observation for each ASIN of `batch`, and what the request cost.
///
/// The cost of a request that failed is counted here, since nobody else hears of it.
pub(super) async fn offers(
    run: RunId,
    batch: &AsinBatch,
    priority: Priority,
    ctx: &Context,
) -> Result<(Vec<Observation>, RequestCost), Failure> {
    let permit = ready(&ctx.marketplace.lane(), priority, ctx).await?;
    let cost = cost_of(&permit);
    match ctx.marketplace.offers(permit, batch).await {
        Ok(answers) => {
            let now = ctx.clock.now();
            let judge = |(asin, answer)| Observation::judge(asin, now, answer, &ctx.rules.offers);
            Ok((answers.into_iter().map(judge).collect(), cost))
        }
        Err(error) => count_failed(run, cost, error, ctx)
            .await
            .map(|never| match never {}),
    }
}

/// A permit of `lane`, with all done that takes time and is not the request itself.
pub(super) async fn ready(
    lane: &Lane,
    priority: Priority,
    ctx: &Context,
) -> Result<Permit, Failure> {
    ctx.marketplace.prepare().await?;
    tokio::select! {
        permit = permit(lane, priority, ctx) => permit,
        never = ctx.marketplace.keep_alive() => match never {},
    }
}

/// What a request with `permit` costs if it is answered.
pub(super) fn cost_of(permit: &Permit) -> RequestCost {
    RequestCost {
        requests: 1,
        waited_ms: millis(permit.waited),
        lane_us: permit.period,
        ..RequestCost::default()
    }
}

/// Counts the cost of a request that failed with `error`, which is given as the failure of the job.
pub(super) async fn count_failed(
    run: RunId,
    cost: RequestCost,
    error: MarketplaceError,
    ctx: &Context,
) -> Result<Infallible, Failure> {
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
    kept(|| ctx.store.count(run, id, cost)).await?;
    Err(error.into())
}

async fn permit(lane: &Lane, priority: Priority, ctx: &Context) -> Result<Permit, Failure> {
    match ctx.limiter.acquire(lane, priority).await? {
        Grant::Go(permit) => Ok(permit),
        Grant::Later(pause) => Err(Failure::wait(pause, format!("lane {lane} is busy"))),
        Grant::Closed(until) => {
            let pause = (until - ctx.clock.now()).to_std().unwrap_or_default();
            Err(Failure::wait(
                pause,
                format!("lane {lane} is closed until {until}"),
            ))
        }
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
