//! Sends the messages of open rows again. The queue drops a message that it already holds, so any
//! process may call this at any time.

use shared::domain::run::{RunId, RunState};
use shared::ports::messages;
use shared::ports::queue::{Queue, QueueError};
use shared::ports::store::{Store, StoreError};

/// At most this many open runs are resumed or checked.
pub(crate) const OPEN_RUNS: u32 = 100;

/// The rows could not be read, or their messages could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Sends the messages of all open rows of all runs, and of updates that wait for the reset of their
/// account's quota. Returns the open runs.
pub async fn resume(store: &dyn Store, queue: &dyn Queue) -> Result<Vec<RunId>, ResumeError> {
    let mut open = Vec::new();
    for run in store.runs(true, OPEN_RUNS).await? {
        // A held run waits for a person, not for a worker.
        if run.state != RunState::Held {
            resume_run(run.id, store, queue).await?;
        }
        open.push(run.id);
    }
    let updates = store.unsettled_updates().await?.into_iter();
    let message = |(listing, version, urgency)| messages::for_update(listing, version, urgency);
    queue
        .push(&updates.map(message).collect::<Vec<_>>())
        .await?;
    Ok(open)
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
