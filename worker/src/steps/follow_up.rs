//! Follows a record: sends the due updates, and takes the next step of the run.

use crate::job_error::JobError;
use shared::domain::guard::Guarding;
use shared::domain::run::{NextStep, RunId, RunProgress, RunState};
use shared::ports::context::Context;
use shared::ports::messages;
use shared::ports::store::Record;

/// Sends the messages that `record` makes due. The rows are written already, so that the
/// requeue finds messages that are lost here.
pub(crate) async fn after_record(
    record: &Record,
    progress: RunProgress,
    ctx: &Context,
) -> Result<(), JobError> {
    if progress.state == RunState::Cancelled {
        // The record was not written, so no row stands for its updates.
        return Ok(());
    }
    if let Guarding::Tripped { hides, answered } = progress.guard {
        let run = record.run;
        tracing::warn!(run.id = %run, hides, answered,
            "run {run} would hide {hides} of the {answered} ASINs answered so far: it holds back what it hides from now on");
    }
    let due = messages::for_record(record, progress.guard);
    ctx.queue.push(&due).await?;
    next_step(record.run, progress, ctx).await
}

/// Takes the next step of a run if all parts before it are done. Only one of many callers gets through.
pub(crate) async fn next_step(
    run: RunId,
    progress: RunProgress,
    ctx: &Context,
) -> Result<(), JobError> {
    match progress.next_step() {
        NextStep::Nothing => Ok(()),
        NextStep::Backfill => {
            ctx.store.begin_backfill(run).await?;
            let due = messages::for_backfill(run, progress.kind);
            ctx.queue.push(&[due]).await?;
            Ok(())
        }
        NextStep::Close => close(run, ctx).await,
    }
}

/// Sends the messages of all open rows of a run again. The queue drops those whose id is alive.
pub(crate) async fn resend(run: RunId, ctx: &Context) -> Result<(), JobError> {
    let row = ctx.store.run(run).await?;
    if row.is_some_and(|row| row.state.is_open()) {
        let open = ctx.store.open_work(run).await?;
        ctx.queue.push(&messages::for_open_work(run, &open)).await?;
    }
    Ok(())
}

/// Follows the backfill: sends the updates that the guard held back, if they are no mass change.
pub(crate) async fn after_backfill(
    run: RunId,
    progress: RunProgress,
    ctx: &Context,
) -> Result<(), JobError> {
    if progress.guard == Guarding::Lifted {
        tracing::info!(run.id = %run, "run {run} hides no more than its guard allows: sends the updates it held back");
        resend(run, ctx).await?;
    }
    next_step(run, progress, ctx).await
}

/// Closes a run that has no open rows, and stores its report; or holds it if a person has to decide.
pub(crate) async fn close(run: RunId, ctx: &Context) -> Result<(), JobError> {
    let now = ctx.clock.now();
    if ctx.store.hold_run(run).await? {
        let held = ctx.store.run_view(run).await?.held_back;
        let report = ctx.store.report(run, now).await?;
        let guard = report.and_then(|report| report.guard);
        let invalid = guard.map_or(0, |guard| guard.invalid);
        let why = why_held(run, held, invalid);
        tracing::warn!(run.id = %run, held, invalid, "run {run} is held: {why}");
        return Ok(());
    }
    if !ctx.store.close_run(run, now).await? {
        return Ok(());
    }
    tracing::info!(run.id = %run, "run {run} is done");
    if let Some(report) = ctx.store.report(run, now).await? {
        ctx.store.keep_report(&report).await?;
    }
    Ok(())
}

/// Why a person has to decide about a run that holds so many updates back, and what to type.
fn why_held(run: RunId, held: u64, invalid: u64) -> String {
    match (held, invalid) {
        (0, 0) => format!(
            "too many items are on no page of their shop, so the shop's answers may be wrong. \
             Check the shop, then: miseban release {run} (ask for each item, and delist those that do not exist) \
             or miseban cancel {run} (leave them as they are)"
        ),
        (0, invalid) => format!(
            "Amazon called {invalid} ASINs invalid at once, so its answers may be broken. \
             The next run asks for them again. If they really do not exist: miseban release {run}"
        ),
        (held, _) => format!(
            "it would hide or delist so many products at once that the answers may be broken, \
             so {held} updates wait. See miseban report {run}, then: \
             miseban release {run} (send them) or miseban cancel {run} (drop them)"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_person_is_told_why_a_run_is_held_and_what_to_type() {
        let why = |held, invalid| why_held(RunId(Uuid::nil()), held, invalid);

        assert!(why(0, 0).starts_with("too many items are on no page"));
        assert!(why(0, 60).starts_with("Amazon called 60 ASINs invalid"));
        for held in [why(3, 0), why(3, 60)] {
            assert!(held.contains("so 3 updates wait"), "{held}");
        }
        let release = "miseban release 00000000-0000-0000-0000-000000000000";
        for told in [why(0, 0), why(0, 60), why(3, 0)] {
            assert!(told.contains(release), "{told}");
        }
    }
}
