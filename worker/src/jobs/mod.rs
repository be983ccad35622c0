//! The jobs, one file each, and the steps that several of them share.
//!
//! `assess` turns what was learnt of ASINs into what is to be recorded, `learn` asks Amazon by
//! kind of run: `fetch` for offers, `info` for texts; `sighted` judges what a shop shows, `kept` holds an answer
//! until it is stored, `follow_up` sends what a record asks for next.

mod assess;
mod backfill;
mod fetch;
mod follow_up;
mod from_cache;
mod info;
mod kept;
mod learn;
mod read_shop;
mod sighted;
mod sync_batch;
mod update_listing;

use crate::failure::Failure;
use shared::jobs::{Backfill, Job, SyncBatch};
use shared::ports::context::Context;

/// Does `job`. May run twice at the same time, and may be dropped between any two lines: rows come
/// first, and every write is idempotent by key.
pub async fn run(job: &Job, ctx: &Context) -> Result<(), Failure> {
    match job {
        Job::SyncBatch(job) | Job::InfoBatch(job) => sync_batch::run(job, ctx).await,
        Job::Backfill(job) | Job::InfoBackfill(job) => backfill::run(job, ctx).await,
        Job::UpdateListing(job) => update_listing::run(job, ctx).await,
        Job::ReadShop(job) => read_shop::run(job, ctx).await,
    }
}

/// Ends `job` after its last try, or after a failure that no try can mend: what it was to learn is
/// missing from here on, and its run goes on without it.
pub async fn give_up(job: &Job, failure: &Failure, ctx: &Context) -> Result<(), Failure> {
    match job {
        Job::SyncBatch(job) | Job::InfoBatch(job) => sync_batch::give_up(job, failure, ctx).await,
        Job::Backfill(job) | Job::InfoBackfill(job) => backfill::give_up(job, ctx).await,
        Job::UpdateListing(job) => update_listing::give_up(job, failure, ctx).await,
        Job::ReadShop(job) => read_shop::give_up(job, failure, ctx).await,
    }
}

/// Ends what `job` belongs to, since a person has to act before any job like it can succeed.
pub async fn stop(job: &Job, failure: &Failure, ctx: &Context) -> Result<(), Failure> {
    match job {
        Job::SyncBatch(SyncBatch { run, .. })
        | Job::InfoBatch(SyncBatch { run, .. })
        | Job::Backfill(Backfill { run })
        | Job::InfoBackfill(Backfill { run }) => {
            let now = ctx.clock.now();
            if ctx.store.fail_run(*run, &failure.why, now).await? {
                tracing::error!(run.id = %run, why = %failure.why, "run {run} is ended: a person has to act");
            }
            Ok(())
        }
        Job::UpdateListing(job) => update_listing::give_up(job, failure, ctx).await,
        Job::ReadShop(job) => read_shop::give_up(job, failure, ctx).await,
    }
}
