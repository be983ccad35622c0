//! Reads a batch from the cache, falling back to the database; asks Amazon nothing.

use super::assess::Learnt;
use crate::failure::Failure;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Change, Product, Stock};
use shared::ports::context::Context;
use std::collections::HashMap;

/// What the cache, or else the database, knows of each ASIN of `batch`.
///
/// No entry and a stale one are ordinary: the ASIN is a miss, which the backfill fetches.
pub(super) async fn read(batch: &AsinBatch, ctx: &Context) -> Result<Vec<Learnt>, Failure> {
    let now = ctx.clock.now();
    let mut cached = entries(batch.asins(), ctx).await;
    let mut hits: Vec<Learnt> = Vec::new();
    let mut missed: Vec<(Asin, MissReason)> = Vec::new();
    for asin in batch.asins().iter().copied() {
        match cached.remove(&asin) {
            Some(product) if ctx.rules.ttls.usable(&product, now) => {
                hits.push(known(product, None));
            }
            Some(_) => missed.push((asin, MissReason::Stale)),
            None => missed.push((asin, MissReason::NotCached)),
        }
    }
    let asins: Vec<Asin> = missed.iter().map(|(asin, _)| *asin).collect();
    let mut stored = ctx.store.products(&asins).await?;
    hits.extend(missed.into_iter().map(|(asin, reason)| {
        tracing::debug!(%asin, reason = reason.as_str(), "cache miss");
        let product = stored
            .remove(&asin)
            .unwrap_or_else(|| Product::unknown(asin));
        known(product, Some(reason))
    }));
    Ok(hits)
}

/// A cache that is away is a fault, told once for each batch; its ASINs are misses, nothing worse.
async fn entries(asins: &[Asin], ctx: &Context) -> HashMap<Asin, Product> {
    match ctx.cache.get(asins).await {
        Ok(entries) => entries,
        Err(error) => {
            tracing::error!(%error, "the batch is read from the database");
            HashMap::new()
        }
    }
}

fn known(product: Product, miss: Option<MissReason>) -> Learnt {
    let outcome = match product.stock.map(|stock| stock.value) {
        Some(Stock::In) => Outcome::Success,
        Some(Stock::NoOffer) => Outcome::OutOfStock,
        Some(Stock::FilteredOut { .. }) => Outcome::FilteredOut,
        None => Outcome::ApiError,
    };
    Learnt {
        product,
        outcome,
        cache_hit: Some(miss.is_none()),
        miss,
        change: Change::default(),
        offers: None,
        info: None,
        pending_in: None,
    }
}
