//! Gets the results for one batch, from the source that its kind of run uses.

use super::asin_result::AsinResult;
use super::from_cache;
use super::info::InfoQuestion;
use super::observe::{self, Round};
use super::offers::OffersQuestion;
use super::search::search;
use crate::job_error::JobError;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::lane::Priority;
use shared::domain::observation::Observation;
use shared::domain::product::Seen;
use shared::domain::run::{RunId, RunKind};
use shared::ports::context::Context;
use shared::ports::store::RequestCost;
use std::collections::HashMap;

/// The run that a batch belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchScope<'a> {
    pub(crate) run: RunId,
    pub(crate) kind: RunKind,
    /// The only account of the run; `None` for all active accounts.
    pub(crate) account: Option<&'a AccountId>,
    pub(crate) round: Round,
    /// A cached value that was seen since then is fresh.
    pub(crate) fresh_since: Option<DateTime<Utc>>,
}

impl BatchScope<'_> {
    /// The backfill is all that is left of its run.
    fn priority(&self) -> Priority {
        match self.round {
            Round::First => Priority::Normal,
            Round::Backfill => Priority::Urgent,
        }
    }
}

/// Fetches and observes: one result for each ASIN of `batch`, and the cost of the requests. The
/// backfill asks Amazon also in runs that read the cache first.
pub(crate) async fn ask(
    scope: BatchScope<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<AsinResult>, RequestCost), JobError> {
    if scope.round == Round::First && !scope.kind.asks_marketplace() {
        let results = from_cache::read(batch, scope.fresh_since, ctx).await?;
        return Ok((results, RequestCost::default()));
    }
    match scope.kind {
        RunKind::BasicInfo => infos(scope, batch, ctx).await,
        RunKind::Register => infos_then_offers(scope, batch, ctx).await,
        // The last one has no batch of ASINs, and never gets here.
        RunKind::PriceStock | RunKind::Stale | RunKind::Visibility | RunKind::Reconcile => {
            offers(scope, batch, ctx).await
        }
    }
}

async fn offers(
    scope: BatchScope<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<AsinResult>, RequestCost), JobError> {
    let (observations, cost) = observations(scope.run, batch, scope.priority(), ctx).await?;
    let mut results = observe::offers(observations, scope.round, ctx).await?;
    let more = ask_again(scope, &mut results, ctx).await;
    Ok((results, cost.plus(more)))
}

/// Asks at once a second time for the products whose price fell too far to be believed. If that fails,
/// they are left to the backfill.
async fn ask_again(
    scope: BatchScope<'_>,
    results: &mut [AsinResult],
    ctx: &Context,
) -> RequestCost {
    let doubted = results
        .iter()
        .filter(|result| result.change.doubted.is_some());
    let doubted = doubted.filter(|result| result.product.doubted.is_some());
    let doubted = split(doubted.map(|result| result.product.asin)).pop();
    let Some(batch) = doubted else {
        return RequestCost::default();
    };
    match observations(scope.run, &batch, Priority::Urgent, ctx).await {
        Ok((observations, cost)) => {
            for observation in observations {
                let same = |result: &&mut AsinResult| result.product.asin == observation.asin;
                if let Some(result) = results.iter_mut().find(same) {
                    observe::again(result, observation, scope.round, ctx);
                }
            }
            cost
        }
        Err(error) => {
            tracing::debug!(run.id = %scope.run, why = %error.why, "leaves {} doubtful prices to the backfill", batch.len());
            RequestCost::default()
        }
    }
}

async fn observations(
    run: RunId,
    batch: &AsinBatch,
    priority: Priority,
    ctx: &Context,
) -> Result<(Vec<Observation>, RequestCost), JobError> {
    let (answers, cost) = search(OffersQuestion(ctx), (run, priority), batch, ctx).await?;
    let judge = |(asin, Seen { value, at })| Observation::judge(asin, at, value, &ctx.rules.offers);
    Ok((answers.into_iter().map(judge).collect(), cost))
}

async fn infos(
    scope: BatchScope<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<AsinResult>, RequestCost), JobError> {
    let search = search(InfoQuestion(ctx), (scope.run, scope.priority()), batch, ctx);
    let (answers, cost) = search.await?;
    let results = answers
        .into_iter()
        .map(|(asin, answer)| observe::info(asin, answer, scope.round));
    Ok((results.collect(), cost))
}

/// Texts first, on their faster lane: an ASIN that the catalogue lacks costs no request for offers. A
/// product that is found gets a pending listing, whatever its offers are now.
async fn infos_then_offers(
    scope: BatchScope<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<AsinResult>, RequestCost), JobError> {
    let (mut results, mut cost) = infos(scope, batch, ctx).await?;
    let found = results.iter().filter(|result| result.info.is_some());
    let found = split(found.map(|result| result.product.asin));
    for batch in found {
        let (offered, offers_cost) = offers(scope, &batch, ctx).await?;
        cost = cost.plus(offers_cost);
        let by_asin = offered
            .into_iter()
            .map(|result| (result.product.asin, result));
        let mut offered: HashMap<Asin, AsinResult> = by_asin.collect();
        for result in &mut results {
            if let Some(offered) = offered.remove(&result.product.asin) {
                *result = AsinResult {
                    info: result.info.take(),
                    pending_in: scope.account.cloned(),
                    ..offered
                };
            }
        }
    }
    Ok((results, cost))
}
