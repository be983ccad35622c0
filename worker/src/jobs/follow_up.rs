//! What comes after a record: the cache, the updates, and the next step of the run.

use crate::failure::Failure;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::guard::Guarding;
use shared::domain::product::{Product, Seen};
use shared::domain::run::{NextStep, RunId, RunProgress};
use shared::ports::context::Context;
use shared::ports::messages;
use shared::ports::store::Record;

/// Sends what `record` asks for. The rows stand already, so whatever is lost here is found again.
pub(super) async fn after_record(
    record: &Record,
    progress: RunProgress,
    ctx: &Context,
) -> Result<(), Failure> {
    write_cache(record, ctx).await;
    if let Guarding::Tripped { hides, answered } = progress.guard {
        let run = record.run;
        tracing::warn!(run.id = %run, hides, answered,
            "run {run} would hide {hides} of the {answered} ASINs answered so far: what it hides is held from now on");
    }
    let due = messages::for_record(record, progress.guard);
    ctx.queue.push(&due).await?;
    next_step(record.run, progress, ctx).await
}

/// Takes the next step of a run, if there is one: the barrier lets one caller through.
pub(super) async fn next_step(
    run: RunId,
    progress: RunProgress,
    ctx: &Context,
) -> Result<(), Failure> {
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

/// Sends the messages of all open rows of a run again; those that are alive stay as they are.
pub(super) async fn resend(run: RunId, ctx: &Context) -> Result<(), Failure> {
    let is_open = ctx
        .store
        .run(run)
        .await?
        .is_some_and(|row| row.state.is_open());
    if is_open {
        let open = ctx.store.open_work(run).await?;
        ctx.queue.push(&messages::for_open_work(run, &open)).await?;
    }
    Ok(())
}

/// What comes after the backfill: what was held until then and is no mass change is sent.
pub(super) async fn after_backfill(
    run: RunId,
    progress: RunProgress,
    ctx: &Context,
) -> Result<(), Failure> {
    if progress.guard == Guarding::Lifted {
        tracing::info!(run.id = %run, "run {run} hides no more than its guard allows: what was held is sent");
        resend(run, ctx).await?;
    }
    next_step(run, progress, ctx).await
}

/// Closes a run that has nothing open any more, and keeps its report; or holds it, when something of
/// it waits for a person.
pub(super) async fn close(run: RunId, ctx: &Context) -> Result<(), Failure> {
    let now = ctx.clock.now();
    if ctx.store.hold_run(run).await? {
        let held = ctx.store.run_view(run).await?.held_back;
        if held == 0 {
            tracing::warn!(run.id = %run,
                "run {run} is held: so many items are on no page of their shop that something may be wrong with it. \
                 Look at the shop, then: miseban release {run} (ask for each of them, and give up those that are gone) \
                 or miseban cancel {run} (leave them as they are)");
            return Ok(());
        }
        tracing::warn!(run.id = %run, held,
            "run {run} is held: it would hide so many products at once that Amazon's answers may be broken, \
             so {held} updates wait. Look at some of them on Amazon, then: \
             miseban release {run} (send them) or miseban cancel {run} (drop them)");
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

async fn write_cache(record: &Record, ctx: &Context) {
    let asked = record.asins.iter().filter(|asin| asin.offers.is_some());
    let products: Vec<Product> = asked.map(|asin| asin.product.clone()).collect();
    let informed = record.asins.iter();
    let infos: Vec<(Asin, Seen<BasicInfo>)> = informed
        .filter_map(|asin| Some((asin.product.asin, asin.info.clone()?)))
        .collect();
    // What is not cached is a miss of a later run, and fetched then.
    if !products.is_empty()
        && let Err(error) = ctx.cache.put(&products, record.at).await
    {
        tracing::error!(run.id = %record.run, %error, "{} cache entries were not written", products.len());
    }
    if !infos.is_empty()
        && let Err(error) = ctx.cache.put_infos(&infos, record.at).await
    {
        tracing::error!(run.id = %record.run, %error, "{} cached texts were not written", infos.len());
    }
}
