//! Finds rows that no message will settle, and sends their messages: a lost queue has dropped them,
//! or a process died between the row and its message.

use shared::domain::listing::ListingId;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::context::Context;
use shared::ports::messages;
use shared::ports::queue::{Message, QueueError};
use shared::ports::store::{RunRow, SentNow, StoreError};
use std::collections::HashMap;

/// At most this many open runs are searched.
pub(crate) const OPEN_RUNS: u32 = 100;
/// Rows of one look: a search costs no more, however many are open.
const WINDOW: u32 = 500;

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

/// Searches the open rows, a window at a time, and goes round.
///
/// It sends the message of every row that it sees. The queue drops those that it has, and makes due
/// what waits for a reset that the row need not wait for.
pub struct LostMessages {
    ctx: Context,
    /// The next look at the updates begins after this listing,
    updates: ListingId,
    /// and the next one at a run after this batch.
    parts: HashMap<RunId, u32>,
}

impl LostMessages {
    /// Begins with the first rows.
    pub fn new(ctx: Context) -> Self {
        Self {
            ctx,
            updates: ListingId(0),
            parts: HashMap::new(),
        }
    }

    /// Looks at the next window of the updates and of each run; goes on to the last one while most
    /// rows of a window had no message, since then the queue was emptied.
    ///
    /// # Errors
    ///
    /// When the database or the queue does not answer; the next call finds the same rows.
    pub async fn send_again(&mut self) -> Result<(), ResumeError> {
        let runs = self.ctx.store.runs(true, OPEN_RUNS).await?;
        self.parts
            .retain(|id, _| runs.iter().any(|run| run.id == *id));
        // A held run waits for a person, not for a worker.
        let goes_on = |run: &&RunRow| run.state != RunState::Held && self.can_work_on(run.kind);
        let ids: Vec<RunId> = runs.iter().filter(goes_on).map(|run| run.id).collect();
        for run in ids {
            while self.look_at_run(run).await? {}
        }
        while self.look_at_updates().await? {}
        Ok(())
    }

    /// Without credentials for Amazon, runs that need them wait for a process that has some.
    fn can_work_on(&self, kind: RunKind) -> bool {
        !kind.asks_marketplace() || self.ctx.marketplace.has_credentials()
    }

    /// Sends the messages of the next batches or shops of a run, and of its next step; `true` if the
    /// following ones have probably lost theirs, too.
    async fn look_at_run(&mut self, run: RunId) -> Result<bool, ResumeError> {
        let (now, store) = (self.ctx.clock.now(), &self.ctx.store);
        let after = self.parts.get(&run).copied().unwrap_or(0);
        let open = store.open_parts(run, now, after, WINDOW).await?;
        let reads = open.reads.iter().map(|(no, _)| *no);
        let last = open.batches.iter().copied().chain(reads).max();
        let is_full = open.batches.len().max(open.reads.len()) >= WINDOW as usize;
        self.parts
            .insert(run, last.filter(|_| is_full).unwrap_or(0));
        let most_lost = self.send(messages::for_open_work(run, &open)).await?;
        Ok(is_full && most_lost)
    }

    /// The same for the next updates of any run.
    async fn look_at_updates(&mut self) -> Result<bool, ResumeError> {
        let (now, store) = (self.ctx.clock.now(), &self.ctx.store);
        let sent = match self.ctx.rules.hours.closed_until(now) {
            Some(_) => SentNow::EndOfLoss,
            None => SentNow::All,
        };
        let rows = store.unsettled_updates(now, sent, self.updates, WINDOW);
        let rows = rows.await?;
        let is_full = rows.len() >= WINDOW as usize;
        let last = rows.last().filter(|_| is_full);
        self.updates = last.map_or(ListingId(0), |(listing, ..)| *listing);
        let message = |(listing, version, urgency)| messages::for_update(listing, version, urgency);
        let most_lost = self.send(rows.into_iter().map(message).collect());
        Ok(most_lost.await? && is_full)
    }

    /// Whether the queue did not have most of the messages.
    async fn send(&self, messages: Vec<Message>) -> Result<bool, ResumeError> {
        let sent = self.ctx.queue.push(&messages).await?;
        if sent > 0 {
            tracing::info!(sent, "sent {sent} messages again that were lost");
        }
        Ok(sent * 2 > messages.len() as u64)
    }
}
