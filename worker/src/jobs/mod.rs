//! The jobs: one file each, with the [`Handler`](crate::handlers::Handler) of its payload.

mod backfill;
mod read_shop;
mod sync_batch;
mod update_listing;

use crate::handlers::Handlers;
use crate::job_error::JobError;
use shared::domain::run::RunId;
use shared::jobs::{
    Backfill, InfoBackfill, InfoBatch, Payload as _, ReadShop, SyncBatch, UpdateListing,
};
use shared::ports::context::Context;

/// The product's jobs, one line each.
pub fn handlers(ctx: Context) -> Handlers<Context> {
    Handlers::new(ctx)
        .with::<SyncBatch>()
        .with_tag::<SyncBatch>(InfoBatch::TAG)
        .with::<Backfill>()
        .with_tag::<Backfill>(InfoBackfill::TAG)
        .with::<UpdateListing>()
        .with::<ReadShop>()
}

/// Ends a run whose jobs cannot succeed until a person has acted.
async fn fail_run(run: RunId, error: &JobError, ctx: &Context) -> Result<(), JobError> {
    let now = ctx.clock.now();
    if ctx.store.fail_run(run, &error.why, now).await? {
        tracing::error!(run.id = %run, why = %error.why, "run {run} failed: a person has to act");
    }
    Ok(())
}
