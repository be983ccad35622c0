//! Stores the results of one part of a run, and follows up.

use super::ask::BatchScope;
use super::follow_up;
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
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
    let progress = with_store_retry(|| ctx.store.record(&record)).await?;
    tracing::debug!(run.id = %record.run, part = ?record.part, "recorded a part of run {}", record.run);
    follow_up::after_record(&record, progress, ctx).await
}
