//! The signs of life of this process, one row in the database: by them other programs, and people, see
//! which programs work on it.

use crate::health::Health;
use adapters::queue::process_name;
use chrono::TimeDelta;
use shared::jobs::QueueName;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::store::{ProcessRole, ProcessRow, Store, StoreError};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// From one sign of life to the next: [`ProcessRow::CYCLE`].
const CYCLE: Duration = Duration::from_secs(30);
/// From one that could not be written to the next.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// The end of a process does not wait longer for the database.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);
/// A row is kept this long after its last sign of life.
const KEPT: TimeDelta = TimeDelta::days(7);

/// The row of this process.
pub struct Presence {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    row: ProcessRow,
    is_known: bool,
}

impl Presence {
    /// A process that does the work of `role` on the database of `ctx`; it has given no sign of life yet.
    pub fn new(ctx: &Context, role: ProcessRole, queues: &[QueueName]) -> Self {
        let now = ctx.clock.now();
        Self {
            store: ctx.store.clone(),
            clock: ctx.clock.clone(),
            row: ProcessRow {
                id: Uuid::now_v7(),
                role,
                name: process_name(),
                queues: queues.to_vec(),
                started_at: now,
                heard_at: now,
                stopped_at: None,
            },
            is_known: false,
        }
    }

    /// Gives one sign of life; the first one also deletes the rows of programs that ended long ago.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn beat(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.row.heard_at = now;
        self.store.hear(&self.row).await?;
        if !self.is_known {
            self.store.forget_processes(now - KEPT).await?;
            self.is_known = true;
        }
        Ok(())
    }

    /// Gives signs of life until it is dropped, as long as no loop of this process hangs.
    pub async fn keep(&mut self, health: &Health) -> Infallible {
        loop {
            let mut pause = CYCLE;
            if health.dead().is_empty()
                && let Err(error) = self.beat().await
            {
                // A database that does not answer is reported by others.
                tracing::debug!(%error, "could not write a sign of life");
                pause = RETRY_PAUSE;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Writes that this process has stopped.
    pub async fn leave(mut self) {
        let now = self.clock.now();
        (self.row.heard_at, self.row.stopped_at) = (now, Some(now));
        let left = tokio::time::timeout(LEAVE_WITHIN, self.store.hear(&self.row));
        if !matches!(left.await, Ok(Ok(()))) {
            tracing::debug!("could not write that this process has stopped");
        }
    }
}
