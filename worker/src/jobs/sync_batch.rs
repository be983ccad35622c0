//! One batch of a run, from row to shop: fetch, observe, record, fan out, close.
//!
//! This is the only place that knows the order. Each step is idempotent; what a crash leaves undone
//! is found again from the rows.

use super::assess::{self, Learnt, Round};
use super::kept::kept;
use super::learn::{self, Asked};
use super::{follow_up, from_cache};
use crate::failure::Failure;
use shared::domain::outcome::MissReason;
use shared::jobs::SyncBatch;
use shared::ports::context::Context;
use shared::ports::store::{OpenBatch, Part, Record, RequestCost};
use uuid::Uuid;

/// Brings the ASINs of one batch up to date.
pub(super) async fn run(job: &SyncBatch, ctx: &Context) -> Result<(), Failure> {
    let Some(open) = ctx.store.batch(job.run, job.no).await? else {
        // It has reported already, but whoever reported may have died before the follow-up.
        return follow_up::resend(job.run, ctx).await;
    };
    let (learnt, cost) = if open.kind.asks_marketplace() {
        learn::ask(asked(job, &open), &open.batch, ctx).await?
    } else {
        let read = from_cache::read(&open.batch, ctx).await?;
        (read, RequestCost::default())
    };
    let report = Report {
        part: Part::Batch(job.no),
        learnt,
        cost,
    };
    record(job, &open, report, ctx).await
}

/// Reports all ASINs of a batch as misses, after its last try.
pub(super) async fn give_up(
    job: &SyncBatch,
    failure: &Failure,
    ctx: &Context,
) -> Result<(), Failure> {
    let Some(open) = ctx.store.batch(job.run, job.no).await? else {
        return follow_up::resend(job.run, ctx).await;
    };
    tracing::warn!(run.id = %job.run, batch.no = job.no, why = %failure.why,
        "batch {} of run {} is given up, its {} ASINs go to the backfill", job.no, job.run, open.batch.len());
    let mut learnt = learn::failed(asked(job, &open), &open.batch, &failure.why, ctx).await?;
    for asin in &mut learnt {
        asin.miss = Some(MissReason::GivenUp);
    }
    let report = Report {
        part: Part::GivenUp(job.no),
        learnt,
        cost: RequestCost::default(),
    };
    record(job, &open, report, ctx).await
}

fn asked<'a>(job: &SyncBatch, open: &'a OpenBatch) -> Asked<'a> {
    Asked {
        run: job.run,
        kind: open.kind,
        account: open.account.as_ref(),
        round: Round::First,
    }
}

/// What a batch has to report.
struct Report {
    part: Part,
    learnt: Vec<Learnt>,
    cost: RequestCost,
}

async fn record(
    job: &SyncBatch,
    open: &OpenBatch,
    report: Report,
    ctx: &Context,
) -> Result<(), Failure> {
    let record = Record {
        id: Uuid::now_v7(),
        run: job.run,
        part: report.part,
        at: ctx.clock.now(),
        asins: if open.kind.updates_listings() {
            assess::listings(report.learnt, open.account.as_ref(), ctx).await?
        } else {
            assess::without_listings(report.learnt)
        },
        cost: report.cost,
    };
    let progress = kept(|| ctx.store.record(&record)).await?;
    tracing::debug!(run.id = %job.run, batch.no = job.no, "closed batch {} of run {}", job.no, job.run);
    follow_up::after_record(&record, progress, ctx).await
}
