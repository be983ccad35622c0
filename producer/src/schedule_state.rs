//! Where the schedule stands, by the rows: for programs that start, and for people.

use chrono::{DateTime, Utc};
use shared::domain::run::{RunKind, RunState};
use shared::domain::schedule::{LATE, LastRun, RunSchedule};
use shared::ports::store::{ProcessRow, RunRow, Store, StoreError};

/// Where the schedule stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleState {
    /// The last regular run; `None` before the first one.
    pub last: Option<RunRow>,
    /// When the next one starts, possibly in the past; `None` before the first one.
    pub next_at: Option<DateTime<Utc>>,
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
        let last = store.last_whole_run(RunKind::PriceStock).await?;
        let processes = store.processes().await?;
        let overdue = |run: &RunRow| {
            // Workers carry an open run on, but none of them starts the next one.
            let next_missed = now > schedule.due_after(run.started_at, now) + LATE;
            let at_work = |process: &&ProcessRow| process.makes_runs() || !next_missed;
            let signs = processes.iter().filter(at_work);
            let heard_at = signs.map(|process| process.heard_at).max();
            let held = (run.state == RunState::Held).then_some(run.started_at);
            let last = LastRun {
                started_at: run.started_at,
                ended_at: run.ended_at.or(held),
                heard_at,
            };
            schedule.overdue_since(&last, now)
        };
        Ok(Self {
            next_at: last
                .as_ref()
                .map(|run| schedule.due_after(run.started_at, now)),
            overdue_since: last.as_ref().and_then(overdue),
            last,
            processes,
        })
    }
}
