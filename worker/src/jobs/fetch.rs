//! Asks Amazon for the offers of one batch, under a permit of its lane.

use super::kept::kept;
use crate::failure::Failure;
use shared::domain::asin::AsinBatch;
use shared::domain::lane::Priority;
use shared::domain::observation::Observation;
use shared::domain::run::RunId;
use shared::ports::bench::Bench;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::marketplace::MarketplaceError;
use shared::ports::store::RequestCost;
use std::time::Duration;
use uuid::Uuid;

/// One observation for each ASIN of `batch`, and what the request cost.
///
/// The cost of a request that failed is counted here, since nobody else hears of it.
pub(super) async fn offers(
    run: RunId,
    batch: &AsinBatch,
    priority: Priority,
    bench: &Bench,
) -> Result<(Vec<Observation>, RequestCost), Failure> {
    // All that takes time and is not the request itself comes before the permit.
    bench.marketplace.prepare().await?;
    let permit = tokio::select! {
        permit = permit(priority, bench) => permit?,
        never = bench.marketplace.stay_warm() => match never {},
    };
    let cost = RequestCost {
        requests: 1,
        waited_ms: millis(permit.waited),
        lane_us: permit.period,
        ..RequestCost::default()
    };
    match bench.marketplace.offers(permit, batch).await {
        Ok(answers) => {
            let now = bench.clock.now();
            let judge = |(asin, answer)| Observation::judge(asin, now, answer, &bench.rules.offers);
            Ok((answers.into_iter().map(judge).collect(), cost))
        }
        Err(error) => {
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
            kept(|| bench.store.count(run, id, cost)).await?;
            Err(error.into())
        }
    }
}

async fn permit(priority: Priority, bench: &Bench) -> Result<Permit, Failure> {
    let lane = bench.marketplace.lane();
    match bench.limiter.acquire(&lane, priority).await? {
        Grant::Go(permit) => Ok(permit),
        Grant::Later(pause) => Err(Failure::wait(pause, format!("lane {lane} is busy"))),
        Grant::Closed(until) => {
            let pause = (until - bench.clock.now()).to_std().unwrap_or_default();
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
