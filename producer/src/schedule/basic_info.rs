//! When the next run of basic information (texts and images) is due.

use crate::start_run::{RETRY_PAUSE, RunOrder, StartRunError, start_run};
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::run::{RunId, RunKind, RunState};
use shared::domain::wrong_clock::due;
use shared::ports::context::Context;

/// Pause after a check that found nothing stale.
const RECHECK_PAUSE: TimeDelta = TimeDelta::hours(1);

/// Starts a run every few days, counted from the last one of any origin.
pub(super) struct BasicInfoSchedule {
    every: TimeDelta,
    next: DateTime<Utc>,
}

impl BasicInfoSchedule {
    /// The first check is due at `now`.
    pub(super) fn new(days: u32, now: DateTime<Utc>) -> Self {
        Self {
            every: TimeDelta::days(i64::from(days)),
            next: now,
        }
    }

    /// Starts the run if it is due and something is stale; returns its id.
    pub(super) async fn start_if_due(&mut self, ctx: &Context) -> Option<RunId> {
        let now = ctx.clock.now();
        if now < due(self.next, self.every.max(RECHECK_PAUSE), now) {
            return None;
        }
        self.start(ctx, now).await.unwrap_or_else(|error| {
            tracing::error!(%error, "could not start the scheduled basic-info run; retrying in a minute");
            self.next = now + RETRY_PAUSE;
            None
        })
    }

    async fn start(
        &mut self,
        ctx: &Context,
        now: DateTime<Utc>,
    ) -> Result<Option<RunId>, StartRunError> {
        if let Some(last) = ctx.store.last_of_kind(RunKind::BasicInfo).await? {
            // A failed run waits for a person, who may have acted within a day.
            let pause = match last.state {
                RunState::Failed => self.every.min(TimeDelta::days(1)),
                _ => self.every,
            };
            self.next = due(last.started_at + pause, pause, now);
            if last.state.is_open() || now < self.next {
                self.next = self.next.max(now + RECHECK_PAUSE);
                return Ok(None);
            }
        }
        let before = ctx.rules.ttls.basic_info_stale_before(now);
        if ctx.store.stale_infos(None, before).await?.is_empty() {
            self.next = now + RECHECK_PAUSE;
            return Ok(None);
        }
        let started = start_run(RunOrder::new(RunKind::BasicInfo), ctx).await?;
        self.next = now + self.every;
        Ok(Some(started.id))
    }
}
