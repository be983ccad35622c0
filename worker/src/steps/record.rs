//! Stores the results of one part of a run, in the database and then in the cache, and follows up.

use super::ask::BatchScope;
use super::follow_up;
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
use app::warning_pace::WARNINGS;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::product::{Product, Seen};
use shared::ports::context::Context;
use shared::ports::store::{Record, RecordPart, RecordedAsin, RequestCost};
use uuid::Uuid;

/// Stores `asins` and `cost` as `part` of the run, then sends what comes next.
pub(crate) async fn record(
    scope: BatchScope<'_>,
    part: RecordPart,
    (asins, cost): (Vec<RecordedAsin>, RequestCost),
    ctx: &Context,
) -> Result<(), JobError> {
    let record = Record {
        id: Uuid::now_v7(),
        run: scope.run,
        part,
        at: ctx.clock.now(),
        asins,
        cost,
    };
    let recorded = with_store_retry(|| ctx.store.record(&record)).await?;
    tracing::debug!(run.id = %record.run, part = ?record.part, written = recorded.written,
        "recorded a part of run {}", record.run);
    if recorded.written {
        write_cache(&record, ctx).await;
    }
    follow_up::after_record(&record, recorded.progress, ctx).await
}

async fn write_cache(record: &Record, ctx: &Context) {
    let asked = record.asins.iter().filter(|asin| asin.offers.is_some());
    let products: Vec<Product> = asked.map(|asin| asin.product.clone()).collect();
    let informed = record.asins.iter();
    let infos: Vec<(Asin, Seen<BasicInfo>)> = informed
        .filter_map(|asin| Some((asin.product.asin, asin.info.clone()?)))
        .collect();
    // An entry that is not written is a miss of a later run, which fetches it.
    if !products.is_empty()
        && let Err(error) = ctx.cache.put(&products, record.at).await
    {
        let what = format!("could not write {} cache entries", products.len());
        WARNINGS.warn(&what, &error);
    }
    if !infos.is_empty()
        && let Err(error) = ctx.cache.put_infos(&infos, record.at).await
    {
        let what = format!("could not write {} cached texts", infos.len());
        WARNINGS.warn(&what, &error);
    }
}
