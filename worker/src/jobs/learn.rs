//! What a run of each kind asks of Amazon for one batch, and what it learns.

use super::assess::{self, Learnt, Round};
use super::{fetch, info};
use crate::failure::Failure;
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::lane::Priority;
use shared::domain::observation::{ItemAnswer, Observation};
use shared::domain::run::{RunId, RunKind};
use shared::ports::context::Context;
use shared::ports::store::RequestCost;
use std::collections::HashMap;

/// Whose batch it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) run: RunId,
    pub(super) kind: RunKind,
    pub(super) account: Option<&'a AccountId>,
    pub(super) round: Round,
}

impl Asked<'_> {
    /// The backfill is all that is left of its run.
    fn priority(&self) -> Priority {
        match self.round {
            Round::First => Priority::Normal,
            Round::Backfill => Priority::Urgent,
        }
    }
}

/// One entry for each ASIN of `batch`, and what the requests cost.
pub(super) async fn ask(
    asked: Asked<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<Learnt>, RequestCost), Failure> {
    match asked.kind {
        RunKind::BasicInfo => infos(asked, batch, ctx).await,
        RunKind::Register => whole(asked, batch, ctx).await,
        // The last has no batch of ASINs, so that nothing is asked.
        RunKind::PriceStock | RunKind::Stale | RunKind::Visibility | RunKind::Reconcile => {
            offers(asked, batch, ctx).await
        }
    }
}

/// The same for a batch that nothing was learnt of, since its requests failed.
pub(super) async fn failed(
    asked: Asked<'_>,
    batch: &AsinBatch,
    why: &str,
    ctx: &Context,
) -> Result<Vec<Learnt>, Failure> {
    let now = ctx.clock.now();
    let observe = |asin: &Asin| {
        let answer = ItemAnswer::Failed(why.to_owned());
        Observation::judge(*asin, now, answer, &ctx.rules.offers)
    };
    let observations = batch.asins().iter().map(observe).collect();
    assess::observed(observations, asked.round, ctx).await
}

async fn offers(
    asked: Asked<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<Learnt>, RequestCost), Failure> {
    let (observations, cost) = fetch::offers(asked.run, batch, asked.priority(), ctx).await?;
    let learnt = assess::observed(observations, asked.round, ctx).await?;
    Ok((learnt, cost))
}

async fn infos(
    asked: Asked<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<Learnt>, RequestCost), Failure> {
    let (answers, cost) = info::ask(asked.run, batch, asked.priority(), ctx).await?;
    let learnt = answers
        .into_iter()
        .map(|(asin, answer)| assess::informed(asin, answer, asked.round));
    Ok((learnt.collect(), cost))
}

/// Texts first, on their faster lane: what Amazon does not know there costs no request for offers. A
/// product that is found becomes a listing to come, whatever its offers are now.
async fn whole(
    asked: Asked<'_>,
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<Learnt>, RequestCost), Failure> {
    let (mut learnt, mut cost) = infos(asked, batch, ctx).await?;
    let found = learnt.iter().filter(|learnt| learnt.info.is_some());
    let found = split(found.map(|learnt| learnt.product.asin));
    for batch in found {
        let (offered, offers_cost) = offers(asked, &batch, ctx).await?;
        cost = cost.plus(offers_cost);
        let mut offered: HashMap<Asin, Learnt> = offered
            .into_iter()
            .map(|learnt| (learnt.product.asin, learnt))
            .collect();
        for told in &mut learnt {
            if let Some(offered) = offered.remove(&told.product.asin) {
                *told = Learnt {
                    info: told.info.take(),
                    pending_in: asked.account.cloned(),
                    ..offered
                };
            }
        }
    }
    Ok((learnt, cost))
}
