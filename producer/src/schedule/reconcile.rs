//! When the next reconciliation is due: once a day, at a time of day with few sales. One that was
//! missed while no process ran starts as soon as one runs.

use crate::start_run::{RETRY_PAUSE, RunOrder, StartRunError, start_run};
use chrono::{DateTime, NaiveTime, Utc};
use shared::domain::run::{RunId, RunKind};
use shared::domain::schedule::next_time_of_day;
use shared::ports::context::Context;
use shared::ports::store::StoreError;

/// The last reconciliation is searched among this many runs of any kind.
const SEARCHED_RUNS: u32 = 1_000;

/// Starts a reconciliation of all shops once a day.
pub(super) struct ReconcileSchedule {
    at: NaiveTime,
    /// `None` until the last runs have been read.
    next: Option<DateTime<Utc>>,
}

impl ReconcileSchedule {
    pub(super) fn new(at: NaiveTime) -> Self {
        Self { at, next: None }
    }

    /// Starts the run if it is due; returns its id, or the id of one that is open.
    pub(super) async fn start_if_due(&mut self, ctx: &Context) -> Option<RunId> {
        let now = ctx.clock.now();
        let next = match self.next {
            Some(next) => next,
            None => match self.first(ctx, now).await {
                Ok(first) => *self.next.insert(first),
                Err(error) => {
                    tracing::warn!(%error, "could not read the last runs; retrying");
                    return None;
                }
            },
        };
        // After a clock was set right, the night that is next by it.
        let next = next.min(next_time_of_day(self.at, now));
        self.next = Some(next);
        if now < next {
            return None;
        }
        match start_run(RunOrder::new(RunKind::Reconcile), ctx).await {
            Ok(started) => {
                self.next = Some(next_time_of_day(self.at, now));
                Some(started.id)
            }
            Err(StartRunError::AlreadyOpen(id)) => {
                tracing::warn!(run.id = %id, "skipped today's reconciliation: run {id} is still open");
                self.next = Some(next_time_of_day(self.at, now));
                Some(id)
            }
            Err(error) => {
                tracing::error!(%error, "could not start the reconciliation; retrying in a minute");
                self.next = Some(now + RETRY_PAUSE);
                None
            }
        }
    }

    /// The time of day after the last reconciliation, possibly in the past. Without one, counts
    /// from the first run of the database, so that a new installation waits for its first night.
    async fn first(&self, ctx: &Context, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let runs = ctx.store.runs(false, SEARCHED_RUNS).await?;
        let mut live = runs.iter().filter(|run| !run.dry_run);
        let mut reconciliations = live
            .clone()
            .filter(|run| run.kind == RunKind::Reconcile && run.account.is_none());
        let last = reconciliations.next().or(live.next_back());
        let from = last.map_or(now, |run| run.started_at);
        // A run of the future may have been any: the next night is early enough.
        Ok(next_time_of_day(self.at, from.min(now)))
    }
}
