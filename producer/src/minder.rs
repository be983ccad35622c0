//! Minds the schedule: starts the run that is due, and tells which runs have ended.

use crate::{Order, Refused, start_run};
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind};
use shared::ports::bench::Bench;
use shared::ports::store::StoreError;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Pause after a scheduled run that could not be started.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(1);

/// Keeps the schedule of one kind of run.
pub struct Minder {
    bench: Bench,
    every: TimeDelta,
    next_run: DateTime<Utc>,
    open: BTreeSet<RunId>,
}

impl Minder {
    /// Starts a run at once, and then one every `hours`; knows of the runs that are `open`.
    pub fn new(bench: Bench, hours: u32, open: impl IntoIterator<Item = RunId>) -> Self {
        Self {
            next_run: bench.clock.now(),
            every: TimeDelta::hours(i64::from(hours)),
            open: open.into_iter().collect(),
            bench,
        }
    }

    /// Starts the scheduled run if its time has come. While one of its kind is open it waits, so
    /// that runs which take longer than the schedule follow each other without a pause.
    pub async fn start_what_is_due(&mut self) {
        let bench = &self.bench;
        let now = bench.clock.now();
        if now < self.next_run {
            return;
        }
        let order = Order {
            id: RunId(Uuid::now_v7()),
            kind: RunKind::PriceStock,
            account: None,
            max_items: None,
            dry_run: false,
            ttls: bench.rules.ttls,
            now,
        };
        match start_run(order, &*bench.store, &*bench.cache, &*bench.queue).await {
            Ok(started) => {
                self.open.insert(started.id);
                self.next_run = now + self.every;
            }
            Err(Refused::AlreadyOpen(id)) => {
                self.open.insert(id);
            }
            Err(error) => {
                tracing::error!(%error, "the scheduled run could not be started; tried again in a minute");
                self.next_run = now + AFTER_FAILURE;
            }
        }
    }

    /// The reports of runs that have ended since the last look.
    ///
    /// # Errors
    ///
    /// When a report cannot be read; it is given at a later look.
    pub async fn ended(&mut self) -> Result<Vec<Report>, StoreError> {
        let mut reports = Vec::new();
        for id in self.open.clone() {
            let run = self.bench.store.run(id).await?;
            if run.is_some_and(|run| run.state.is_open()) {
                continue;
            }
            reports.extend(self.bench.store.report(id, self.bench.clock.now()).await?);
            self.open.remove(&id);
        }
        Ok(reports)
    }
}
