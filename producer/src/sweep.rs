//! Looks for open rows without a live message, which a lost queue leaves behind, and sends them
//! again.

use crate::resume::{ResumeError, resume_run};
use shared::domain::run::{RunKind, RunState};
use shared::jobs::QueueName;
use shared::ports::context::Context;
use shared::ports::queue::QueueStats;

/// Runs that are looked at.
const OPEN_RUNS: u32 = 100;

/// Sends what is open again where the queue holds fewer messages than there are open rows. Counting
/// first keeps a whole queue from being pushed at every look.
///
/// # Errors
///
/// When the database or the queue is away; the next look finds the same.
pub async fn sweep(ctx: &Context) -> Result<(), ResumeError> {
    let sync = alive(&ctx.queue.stats(QueueName::Sync).await?);
    let info = alive(&ctx.queue.stats(QueueName::Info).await?);
    let update = alive(&ctx.queue.stats(QueueName::Update).await?);
    for run in ctx.store.runs(true, OPEN_RUNS).await? {
        if run.state == RunState::Held {
            continue;
        }
        let view = ctx.store.run_view(run.id).await?;
        let batches = view.batches.saturating_sub(view.batches_done);
        let updates = view.updates.saturating_sub(view.updates_done);
        // A run whose batches have all reported still owes its backfill or its end.
        let (own, own_open, update_open) = match run.kind {
            RunKind::BasicInfo => (info, batches, updates),
            // The shops of a reconciliation wait beside the updates.
            RunKind::Reconcile => (sync, 0, batches + updates),
            _ => (sync, batches, updates),
        };
        let nothing_alive = own == 0 && update == 0;
        if own_open > own || update_open > update || nothing_alive {
            resume_run(run.id, &*ctx.store, &*ctx.queue).await?;
        }
    }
    Ok(())
}

fn alive(stats: &QueueStats) -> u64 {
    stats.ready + stats.delayed + stats.claimed
}
