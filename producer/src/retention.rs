//! Keeps the database from growing for ever: now and then, a little at a time.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::context::Context;
use shared::ports::store::{RetentionCursor, StoreError};

/// From the end of one round to the next.
const PAUSE: TimeDelta = TimeDelta::hours(1);
/// Chunks at one look, so that whoever looks has time for the rest: 4,000 rows.
const CHUNKS_A_LOOK: u32 = 8;

/// Thins the history; one of all processes at a time need do so.
pub struct RetentionCleanup {
    ctx: Context,
    place: Option<RetentionCursor>,
    next_round: DateTime<Utc>,
    gone: u64,
}

impl RetentionCleanup {
    /// The first round is due at once.
    pub fn new(ctx: Context) -> Self {
        Self {
            next_round: ctx.clock.now(),
            place: None,
            gone: 0,
            ctx,
        }
    }

    /// Thins some more, if a round is due or not at its end. Returns the rows that are gone.
    ///
    /// # Errors
    ///
    /// When the database is away; the next look goes on from the same place.
    pub async fn look(&mut self) -> Result<u64, StoreError> {
        let now = self.ctx.clock.now();
        if self.place.is_none() && now < self.next_round {
            return Ok(0);
        }
        let cutoffs = self.ctx.rules.retention.cutoffs(now);
        let before = self.gone;
        for _ in 0..CHUNKS_A_LOOK {
            let place = self.place.get_or_insert_default();
            let step = self.ctx.store.delete_expired(&cutoffs, place).await?;
            self.gone += step.rows;
            self.place = step.next;
            if self.place.is_none() {
                return Ok(self.end_round(now) - before);
            }
        }
        Ok(self.gone - before)
    }

    fn end_round(&mut self, now: DateTime<Utc>) -> u64 {
        let gone = std::mem::take(&mut self.gone);
        self.next_round = now + PAUSE;
        if gone > 0 {
            tracing::info!(gone, "{gone} rows of history had grown old and are gone");
        }
        gone
    }
}
