//! Finds open rows whose messages a lost queue has dropped, and sends the messages again.

use crate::resume::{OPEN_RUNS, ResumeError, resume_run};
use shared::domain::run::{RunKind, RunState};
use shared::jobs::QueueName;
use shared::ports::context::Context;
use shared::ports::queue::QueueStats;

/// Sends the messages of a run again where the queue holds fewer messages than the run has open
/// rows. Counting first avoids a push of every message at every check.
///
/// # Errors
///
/// When the database or the queue does not answer; the next call finds the same rows.
pub async fn requeue_lost(ctx: &Context) -> Result<(), ResumeError> {
    let sync = queued(&ctx.queue.stats(QueueName::Sync).await?);
    let info = queued(&ctx.queue.stats(QueueName::Info).await?);
    let update = queued(&ctx.queue.stats(QueueName::Update).await?);
    for run in ctx.store.runs(true, OPEN_RUNS).await? {
        if run.state == RunState::Held {
            continue;
        }
        let view = ctx.store.run_view(run.id).await?;
        let batches = view.batches.saturating_sub(view.batches_done);
        let updates = view.updates.saturating_sub(view.updates_done);
        // A run whose batches have all reported may still need its backfill or its end.
        let (own, own_open, update_open) = match run.kind {
            RunKind::BasicInfo => (info, batches, updates),
            // The shops of a reconciliation are read through the update queue.
            RunKind::Reconcile => (sync, 0, batches + updates),
            _ => (sync, batches, updates),
        };
        let queue_is_empty = own == 0 && update == 0;
        if own_open > own || update_open > update || queue_is_empty {
            resume_run(run.id, &*ctx.store, &*ctx.queue).await?;
        }
    }
    Ok(())
}

fn queued(stats: &QueueStats) -> u64 {
    stats.ready + stats.delayed + stats.claimed
}
