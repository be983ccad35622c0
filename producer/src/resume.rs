//! Sends the messages of open rows again. The queue drops a message that it already holds, so any
//! process may call this at any time.

use crate::lost_messages::{LostMessages, OPEN_RUNS, ResumeError};
use shared::domain::run::RunId;
use shared::ports::context::Context;
use shared::ports::messages;
use shared::ports::queue::Queue;
use shared::ports::store::Store;

/// Sends the messages of open rows that have none, of all runs. Returns the open runs.
pub async fn resume(ctx: &Context) -> Result<Vec<RunId>, ResumeError> {
    LostMessages::new(ctx.clone()).send_again().await?;
    let open = ctx.store.runs(true, OPEN_RUNS).await?;
    Ok(open.into_iter().map(|run| run.id).collect())
}

/// Sends the messages of all open rows of one run.
pub async fn resume_run(
    run: RunId,
    store: &dyn Store,
    queue: &dyn Queue,
) -> Result<(), ResumeError> {
    let work = store.open_work(run).await?;
    let sent = queue.push(&messages::for_open_work(run, &work)).await?;
    tracing::info!(run.id = %run, sent, "resumed run {run}: {sent} messages sent");
    Ok(())
}
