//! The closing job of a run: fetches all misses again, 20 at a time, whatever batch they came from.
//!
//! What it learns is recorded request by request, so that a restart goes on where it stopped. A
//! request that fails counts against its misses and not against the job: after the third they are
//! failed, and the job goes on with the others.

use super::assess::{self, Round};
use super::follow_up;
use super::kept::kept;
use super::learn::{self, Asked};
use crate::failure::Failure;
use shared::domain::asin::{self, Asin};
use shared::domain::retry::{Remedy, RetryTable};
use shared::domain::run::{NextStep, RunId, RunKind};
use shared::jobs::Backfill;
use shared::ports::context::Context;
use shared::ports::store::{Miss, Part, Record, RequestCost, RunRow};
use uuid::Uuid;

/// One request's worth.
const CHUNK: u32 = 20;

/// Fetches the open misses of a run, then lets the run be closed.
pub(super) async fn run(job: &Backfill, ctx: &Context) -> Result<(), Failure> {
    let Some(row) = ctx
        .store
        .run(job.run)
        .await?
        .filter(|row| row.state.is_open())
    else {
        return Ok(());
    };
    ctx.store.begin_backfill(job.run).await?;
    let open = ctx.store.open_work(job.run).await?;
    if open.progress.next_step() == NextStep::Nothing && open.progress.batches_open {
        return Ok(());
    }
    announce(job.run, row.kind, ctx).await?;
    // A dry run asks for what is listed, once; what it missed is only counted.
    if !row.dry_run {
        while let Some(misses) = next_chunk(job.run, ctx).await? {
            fetch_chunk(asked(&row), &misses, ctx).await?;
        }
    }
    let progress = ctx.store.end_backfill(job.run, ctx.clock.now()).await?;
    follow_up::after_backfill(job.run, progress, ctx).await
}

/// The job itself cannot be done (its rows cannot be read): its run is closed as it stands.
pub(super) async fn give_up(job: &Backfill, ctx: &Context) -> Result<(), Failure> {
    let progress = ctx.store.end_backfill(job.run, ctx.clock.now()).await?;
    follow_up::after_backfill(job.run, progress, ctx).await
}

async fn announce(run: RunId, kind: RunKind, ctx: &Context) -> Result<(), Failure> {
    let view = ctx.store.run_view(run).await?;
    let asins = view.misses.saturating_sub(view.misses_done);
    if asins == 0 {
        return Ok(());
    }
    let requests = asins.div_ceil(u64::from(CHUNK));
    let lane = match kind {
        RunKind::BasicInfo => ctx.marketplace.info_lane(),
        _ => ctx.marketplace.lane(),
    };
    let period = ctx.limiter.period(&lane).await.unwrap_or(0);
    let seconds = requests.saturating_mul(u64::try_from(period).unwrap_or(0)) / 1_000_000;
    tracing::info!(run.id = %run, asins, requests, seconds,
        "backfill of run {run}: {asins} ASINs in {requests} requests, about {seconds} s");
    Ok(())
}

async fn next_chunk(run: RunId, ctx: &Context) -> Result<Option<Vec<Miss>>, Failure> {
    let misses = ctx.store.open_misses(run, CHUNK).await?;
    Ok(Some(misses).filter(|misses| !misses.is_empty()))
}

fn asked(row: &RunRow) -> Asked<'_> {
    Asked {
        run: row.id,
        kind: row.kind,
        account: row.account.as_ref(),
        round: Round::Backfill,
    }
}

async fn fetch_chunk(asked: Asked<'_>, misses: &[Miss], ctx: &Context) -> Result<(), Failure> {
    let asins: Vec<Asin> = misses.iter().map(|miss| miss.asin).collect();
    let Some(batch) = asin::split(asins.iter().copied()).pop() else {
        return Ok(());
    };
    let (learnt, cost) = match learn::ask(asked, &batch, ctx).await {
        Ok(told) => told,
        Err(failure) => match after_failure(asked.run, misses, &failure, ctx).await? {
            AfterFailure::GiveTheseUp => {
                let learnt = learn::failed(asked, &batch, &failure.why, ctx).await?;
                (learnt, RequestCost::default())
            }
            AfterFailure::ComeBack(failure) => return Err(failure),
        },
    };
    let record = Record {
        id: Uuid::now_v7(),
        run: asked.run,
        part: Part::Backfill,
        at: ctx.clock.now(),
        asins: if asked.kind.updates_listings() {
            assess::listings(learnt, asked.account, ctx).await?
        } else {
            assess::without_listings(learnt)
        },
        cost: RequestCost {
            backfill_requests: cost.requests,
            ..cost
        },
    };
    let progress = kept(|| ctx.store.record(&record)).await?;
    follow_up::after_record(&record, progress, ctx).await
}

enum AfterFailure {
    GiveTheseUp,
    ComeBack(Failure),
}

async fn after_failure(
    run: RunId,
    misses: &[Miss],
    failure: &Failure,
    ctx: &Context,
) -> Result<AfterFailure, Failure> {
    match failure.remedy {
        Remedy::Wait(_) | Remedy::Rest(_) | Remedy::Stop => {
            Ok(AfterFailure::ComeBack(failure.clone()))
        }
        Remedy::GiveUp => Ok(AfterFailure::GiveTheseUp),
        Remedy::TryAgain => {
            let asins: Vec<Asin> = misses.iter().map(|miss| miss.asin).collect();
            ctx.store.count_miss_attempt(run, &asins).await?;
            let failures = misses
                .iter()
                .map(|miss| miss.attempts + 1)
                .max()
                .unwrap_or(1);
            Ok(RetryTable::default()
                .delay_after(failures)
                .map_or(AfterFailure::GiveTheseUp, |delay| {
                    AfterFailure::ComeBack(Failure::wait(delay, failure.why.clone()))
                }))
        }
    }
}
