//! The last job of a run: fetches all misses again, 20 at a time, from any batch.
//!
//! Each request is recorded, so that a restart continues where the job stopped. A failed request counts
//! as an attempt of its misses, not of the job: after the third attempt these misses fail, and the job
//! continues with the others.

use super::fail_run;
use crate::handlers::Handler;
use crate::job_error::JobError;
use crate::steps::ask::{BatchScope, ask};
use crate::steps::decide::decide;
use crate::steps::follow_up;
use crate::steps::observe::{self, Round};
use crate::steps::record::record;
use async_trait::async_trait;
use shared::domain::asin::{self, Asin};
use shared::domain::rate::Micros;
use shared::domain::retry::{Remedy, RetryTable};
use shared::domain::run::{NextStep, RunId, RunKind};
use shared::jobs::Backfill;
use shared::ports::context::Context;
use shared::ports::store::{Miss, RecordPart, RequestCost, RunRow};

/// Misses for one request.
const CHUNK: u32 = 20;

#[async_trait]
impl Handler<Context> for Backfill {
    /// Fetches the open misses of a run, then lets the run be closed.
    async fn run(&self, ctx: &Context) -> Result<(), JobError> {
        let row = ctx.store.run(self.run).await?;
        let Some(row) = row.filter(|row| row.state.is_open()) else {
            return Ok(());
        };
        let is_alone = !ctx.marketplace.has_credentials();
        if is_alone && row.kind.asks_marketplace() {
            // Its batches were done elsewhere; the search of a process with credentials sends this job again.
            return Ok(());
        }
        ctx.store.begin_backfill(self.run).await?;
        let open = ctx.store.open_work(self.run).await?;
        if open.progress.next_step() == NextStep::Nothing && open.progress.batches_open {
            return Ok(());
        }
        // A dry run fetches each listing once; its misses are only counted.
        if row.dry_run || is_alone {
            leave_out(&row, ctx).await?;
        } else {
            announce(self.run, row.kind, ctx).await?;
            fetch_all(&row, ctx).await?;
        }
        end(self.run, ctx).await
    }

    /// The job itself cannot succeed (its rows cannot be read): closes its run without the misses.
    async fn give_up(&self, _: &JobError, ctx: &Context) -> Result<(), JobError> {
        end(self.run, ctx).await
    }

    async fn stop(&self, error: &JobError, ctx: &Context) -> Result<(), JobError> {
        fail_run(self.run, error, ctx).await
    }
}

async fn end(run: RunId, ctx: &Context) -> Result<(), JobError> {
    let progress = ctx.store.end_backfill(run, ctx.clock.now()).await?;
    follow_up::after_backfill(run, progress, ctx).await
}

async fn leave_out(row: &RunRow, ctx: &Context) -> Result<(), JobError> {
    if !row.dry_run {
        let run = row.id;
        tracing::warn!(run.id = %run, "run {run} leaves out its backfill: there are no credentials for Amazon");
    }
    ctx.store.leave_out_misses(row.id).await?;
    Ok(())
}

async fn fetch_all(row: &RunRow, ctx: &Context) -> Result<(), JobError> {
    loop {
        let misses = ctx.store.open_misses(row.id, CHUNK).await?;
        if misses.is_empty() {
            return Ok(());
        }
        fetch_chunk(scope(row), &misses, ctx).await?;
    }
}

async fn announce(run: RunId, kind: RunKind, ctx: &Context) -> Result<(), JobError> {
    let view = ctx.store.run_view(run).await?;
    let asins = view.misses.saturating_sub(view.misses_done);
    if asins == 0 {
        return Ok(());
    }
    let lane = match kind {
        RunKind::BasicInfo => ctx.marketplace.info_lane(),
        _ => ctx.marketplace.lane(),
    };
    let (requests, seconds) = forecast(asins, ctx.limiter.period(&lane).await);
    tracing::info!(run.id = %run, asins, requests, seconds,
        "backfill of run {run}: {asins} ASINs in {requests} requests, about {seconds} s");
    Ok(())
}

/// How many requests the backfill of so many ASINs makes, and how many seconds they take on a lane with
/// this period.
fn forecast(asins: u64, period: Option<Micros>) -> (u64, u64) {
    let requests = asins.div_ceil(u64::from(CHUNK));
    let period = u64::try_from(period.unwrap_or(0)).unwrap_or(0);
    (requests, requests.saturating_mul(period) / 1_000_000)
}

fn scope(row: &RunRow) -> BatchScope<'_> {
    BatchScope {
        run: row.id,
        kind: row.kind,
        account: row.account.as_ref(),
        round: Round::Backfill,
        fresh_since: None,
    }
}

async fn fetch_chunk(
    scope: BatchScope<'_>,
    misses: &[Miss],
    ctx: &Context,
) -> Result<(), JobError> {
    let asins: Vec<Asin> = misses.iter().map(|miss| miss.asin).collect();
    let Some(batch) = asin::split(asins.iter().copied()).pop() else {
        return Ok(());
    };
    let (results, cost) = match ask(scope, &batch, ctx).await {
        Ok(results) => results,
        Err(error) => {
            count_attempt(scope.run, misses, &error, ctx).await?;
            let results = observe::failed(&batch, scope.round, &error.why, ctx).await?;
            (results, RequestCost::default())
        }
    };
    let asins = decide(scope, results, ctx).await?;
    let cost = RequestCost {
        backfill_requests: cost.requests,
        ..cost
    };
    record(scope, RecordPart::Backfill, (asins, cost), ctx).await
}

/// Succeeds when the last attempt for `misses` has failed: they are given up.
///
/// # Errors
///
/// When they are to be tried again: the error with which the job comes back.
async fn count_attempt(
    run: RunId,
    misses: &[Miss],
    error: &JobError,
    ctx: &Context,
) -> Result<(), JobError> {
    match error.remedy {
        Remedy::Wait(_) | Remedy::Pause(_) | Remedy::PauseThenStop(_) | Remedy::Stop => {
            Err(error.clone())
        }
        Remedy::GiveUp => Ok(()),
        Remedy::TryAgain => {
            let asins: Vec<Asin> = misses.iter().map(|miss| miss.asin).collect();
            ctx.store.count_miss_attempt(run, &asins).await?;
            let attempts = misses.iter().map(|miss| miss.attempts + 1).max();
            match RetryTable::default().delay_after(attempts.unwrap_or(1)) {
                Some(delay) => Err(JobError::wait(delay, error.why.clone())),
                None => Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backfill_makes_a_request_for_twenty_misses_at_the_present_rate_of_the_lane() {
        assert_eq!(forecast(580, Some(10_000_000)), (29, 290));
        assert_eq!(forecast(21, Some(2_000_000)), (2, 4));
        assert_eq!(forecast(20, None), (1, 0));
    }
}
