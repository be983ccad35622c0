//! Reads a batch from the cache, and from the database where the cache has no usable entry. Sends no request.

use super::asin_result::AsinResult;
use crate::job_error::JobError;
use app::warning_pace::WARNINGS;
use chrono::{DateTime, Utc};
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Product, Stock};
use shared::ports::context::Context;
use std::collections::HashMap;

/// The result for each ASIN of `batch`. An ASIN without an entry, or with a stale one, is a miss, which
/// the backfill fetches. An entry that was seen since `fresh_since` is not stale.
pub(super) async fn read(
    batch: &AsinBatch,
    fresh_since: Option<DateTime<Utc>>,
    ctx: &Context,
) -> Result<Vec<AsinResult>, JobError> {
    let now = ctx.clock.now();
    let ttls = &ctx.rules.ttls;
    let is_usable = |product: &Product| ttls.usable_or_seen_since(fresh_since, product, now);
    let mut cached = entries(batch.asins(), ctx).await;
    let mut hits: Vec<AsinResult> = Vec::new();
    let mut missed: Vec<(Asin, MissReason)> = Vec::new();
    for asin in batch.asins().iter().copied() {
        match cached.remove(&asin) {
            Some(product) if is_usable(&product) => hits.push(result(product, None)),
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
        result(product, Some(reason))
    }));
    Ok(hits)
}

/// An unavailable cache is logged once for each batch, and makes its ASINs misses.
async fn entries(asins: &[Asin], ctx: &Context) -> HashMap<Asin, Product> {
    match ctx.cache.get(asins).await {
        Ok(entries) => entries,
        Err(error) => {
            let what = "could not read the cache; reads the batch from the database";
            WARNINGS.warn(what, &error);
            HashMap::new()
        }
    }
}

fn result(product: Product, miss: Option<MissReason>) -> AsinResult {
    let outcome = match product.stock.map(|stock| stock.value) {
        Some(Stock::In) => Outcome::Success,
        Some(Stock::NoOffer) => Outcome::OutOfStock,
        Some(Stock::FilteredOut { .. }) => Outcome::FilteredOut,
        None => Outcome::ApiError,
    };
    AsinResult {
        cache_hit: Some(miss.is_none()),
        miss,
        ..AsinResult::new(product, outcome)
    }
}
