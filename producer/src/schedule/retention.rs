//! Deletes expired history in small chunks, so that the database does not grow without limit.

use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::wrong_clock::due;
use shared::ports::context::Context;
use shared::ports::store::{RetentionCursor, StoreError};

/// From the end of one round to the start of the next.
const PAUSE: TimeDelta = TimeDelta::hours(1);
/// Chunks of one call (4,000 rows), so that the caller is not blocked for long.
const CHUNKS_PER_CALL: u32 = 8;

/// Deletes expired history in rounds. One process at a time is enough.
pub struct RetentionCleanup {
    ctx: Context,
    /// Where the current round continues; `None` between two rounds.
    cursor: Option<RetentionCursor>,
    next_round: DateTime<Utc>,
    deleted: u64,
}

impl RetentionCleanup {
    /// The first round is due at once.
    pub fn new(ctx: Context) -> Self {
        Self {
            next_round: ctx.clock.now(),
            cursor: None,
            deleted: 0,
            ctx,
        }
    }

    /// Deletes some chunks, if a round is due or has not ended. Returns the number of deleted rows.
    ///
    /// # Errors
    ///
    /// When the database does not answer; the next call continues at the same cursor.
    pub async fn delete_some(&mut self) -> Result<u64, StoreError> {
        let now = self.ctx.clock.now();
        if self.cursor.is_none() && now < due(self.next_round, PAUSE, now) {
            return Ok(0);
        }
        let cutoffs = self.ctx.rules.retention.cutoffs(now);
        let before = self.deleted;
        for _ in 0..CHUNKS_PER_CALL {
            let cursor = self.cursor.get_or_insert_default();
            let step = self.ctx.store.delete_expired(&cutoffs, cursor).await?;
            self.deleted += step.rows;
            self.cursor = step.next;
            if self.cursor.is_none() {
                return Ok(self.end_round(now) - before);
            }
        }
        Ok(self.deleted - before)
    }

    fn end_round(&mut self, now: DateTime<Utc>) -> u64 {
        let deleted = std::mem::take(&mut self.deleted);
        self.next_round = now + PAUSE;
        if deleted > 0 {
            tracing::info!(deleted, "deleted {deleted} rows of expired history");
        }
        deleted
    }
}
