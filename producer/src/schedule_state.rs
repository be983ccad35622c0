//! Where the schedule stands, by the rows: for programs that start, and for people.

use crate::lost_messages::OPEN_RUNS;
use chrono::{DateTime, Utc};
use shared::domain::run::{RunKind, RunState};
use shared::domain::schedule::{LATE, LastRun, RunSchedule};
use shared::ports::store::{ProcessRow, RunRow, Store, StoreError};

/// The kind of run that starts every few hours.
const REGULAR: RunKind = RunKind::PriceStock;

/// Where the schedule stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleState {
    /// The last regular run; `None` before the first one.
    pub last: Option<RunRow>,
    /// When the next one starts, possibly in the past; `None` before the first one.
    pub next_at: Option<DateTime<Utc>>,
    /// The open run of its kind for which the next one waits, possibly of one shop or capped, if that one is due.
    pub blocked_by: Option<RunRow>,
    /// Since when no run was made, if one is overdue.
    pub overdue_since: Option<DateTime<Utc>>,
    /// The programs that were heard lately, the last one first.
    pub processes: Vec<ProcessRow>,
}

impl ScheduleState {
    /// Reads it as of `now`.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn read(
        store: &dyn Store,
        schedule: &RunSchedule,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let last = store.last_whole_run(REGULAR).await?;
        let open = store.runs(true, OPEN_RUNS).await?;
        let open = open.into_iter().find(|run| run.kind == REGULAR);
        let processes = store.processes().await?;
        let held = open.as_ref().filter(|run| run.state == RunState::Held);
        // While another run is worked on, the next one is no later than that work.
        let judged = open.as_ref().filter(|_| held.is_none()).or(last.as_ref());
        let overdue = |run: &RunRow| {
            // Workers carry an open run on, but none of them starts the next one.
            let next_missed = now > schedule.due_after(run.started_at, now) + LATE;
            let at_work = |process: &&ProcessRow| process.makes_runs() || !next_missed;
            let signs = processes.iter().filter(at_work);
            let heard_at = signs.map(|process| process.heard_at).max();
            let last = LastRun {
                started_at: run.started_at,
                ended_at: run.ended_at.or(held.map(|_| run.started_at)),
                heard_at,
            };
            schedule.overdue_since(&last, now)
        };
        let next_at = last
            .as_ref()
            .map(|run| schedule.due_after(run.started_at, now));
        let overdue_since = judged.and_then(overdue);
        Ok(Self {
            next_at,
            blocked_by: open.filter(|_| next_at.is_none_or(|next| next <= now)),
            overdue_since,
            last,
            processes,
        })
    }

    /// Whether the next run waits for a decision of a person.
    pub fn is_held(&self) -> bool {
        let run = self.blocked_by.as_ref();
        run.is_some_and(|run| run.state == RunState::Held)
    }
}
