//! The schedule of one leader: starts the runs that are due and reports the ones that have ended.

use super::basic_info::BasicInfoSchedule;
use super::reconcile::ReconcileSchedule;
use crate::start_run::{RunOrder, StartRunError, start_run};
use app::outage::Outage;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::domain::schedule::RunSchedule;
use shared::domain::wrong_clock::due;
use shared::ports::context::Context;
use shared::ports::store::{LaneMemory, StoreError};
use std::collections::BTreeSet;

/// The kind of run that starts every few hours.
const REGULAR: RunKind = RunKind::PriceStock;
/// From a regular run that could not be started to the next try: soon, since the outage may be over.
const START_AGAIN_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// From a run that Amazon's refusals have ended to the next one.
const REFUSED_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// Starts the regular runs, the reconciliations and the runs of basic information.
pub struct RunScheduler {
    ctx: Context,
    outage: Outage,
    schedule: RunSchedule,
    /// Not before then is the last run read; `None` until it was for the first time.
    next_run: Option<DateTime<Utc>>,
    reconcile: Option<ReconcileSchedule>,
    basic_info: Option<BasicInfoSchedule>,
    /// Runs whose end has not been reported.
    open: BTreeSet<RunId>,
    /// The runs of `open` that were reported as held.
    held: BTreeSet<RunId>,
}

impl RunScheduler {
    /// Continues the schedule after the last regular run, whoever started it and whichever process; the
    /// first run of all starts at once. Reports the runs that are `open`.
    pub fn new(ctx: Context, schedule: RunSchedule, open: impl IntoIterator<Item = RunId>) -> Self {
        Self {
            next_run: None,
            schedule,
            reconcile: None,
            basic_info: None,
            open: open.into_iter().collect(),
            held: BTreeSet::new(),
            outage: Outage::default(),
            ctx,
        }
    }

    /// Tells by `outage` that a regular run could not be started.
    #[must_use]
    pub fn telling(mut self, outage: &Outage) -> Self {
        self.outage = outage.clone();
        self
    }

    /// Also reconciles the shops every day at `at` (Japan's time); `None` for never.
    #[must_use]
    pub fn with_reconcile_at(mut self, at: Option<NaiveTime>) -> Self {
        self.reconcile = at.map(ReconcileSchedule::new);
        self
    }

    /// Also starts a run of basic information every `days`, counted from the last one, including
    /// those that a person started; 0 for never.
    #[must_use]
    pub fn with_basic_info_every(mut self, days: u32) -> Self {
        let now = self.ctx.clock.now();
        self.basic_info = (days > 0).then(|| BasicInfoSchedule::new(days, now));
        self
    }

    /// Starts the runs that are due. Basic information has its own lane and queue, so its runs need
    /// not avoid the others.
    pub async fn start_due(&mut self) {
        self.start_regular().await;
        if let Some(reconcile) = &mut self.reconcile {
            self.open.extend(reconcile.start_if_due(&self.ctx).await);
        }
        if let Some(basic_info) = &mut self.basic_info {
            self.open.extend(basic_info.start_if_due(&self.ctx).await);
        }
    }

    /// While a run of its kind is open, a due run waits; so runs that take longer than the interval
    /// follow each other without a pause.
    async fn start_regular(&mut self) {
        let now = self.ctx.clock.now();
        if self.next_run.is_some_and(|next| self.is_later(next, now)) {
            return;
        }
        // Read again when it is due: a run that a person has started since moves the next one.
        match self.after_last(now).await {
            Ok(next) if self.is_later(next, now) => {
                self.next_run = Some(next);
                return;
            }
            Ok(_) => {}
            Err(error) => {
                let why = format_args!("could not read the last run: {error}");
                self.outage.down(&why);
                return;
            }
        }
        match start_run(RunOrder::new(REGULAR), &self.ctx).await {
            Ok(started) => {
                self.open.insert(started.id);
                self.next_run = Some(self.schedule.next_after(now));
            }
            Err(StartRunError::AlreadyOpen(id)) => {
                self.open.insert(id);
            }
            Err(error) => {
                let why = format_args!("could not start the scheduled run: {error}");
                self.outage.down(&why);
                self.next_run = Some(now + START_AGAIN_PAUSE);
            }
        }
    }

    fn is_later(&self, next: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now < due(next, self.schedule.longest_pause(), now)
    }

    /// The start after the last regular run. After one that failed it is due at once: a person may have
    /// mended the cause, and restarted the program.
    async fn after_last(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let last = self.ctx.store.last_whole_run(REGULAR).await?;
        let last = last.filter(|run| run.state != RunState::Failed);
        let next = last.map(|run| self.schedule.due_after(run.started_at, now));
        Ok(next.unwrap_or(now))
    }

    /// A run that has ended because Amazon refuses everything is followed by another one soon, and not
    /// only hours later.
    async fn retry_soon_if_refused(&mut self) -> Result<(), StoreError> {
        let now = self.ctx.clock.now();
        let lanes = self.ctx.store.lanes().await?;
        let refused = |memory: &LaneMemory| memory.refusals.is_some_and(|one| one.are_told(now));
        if lanes.iter().any(|(_, memory)| refused(memory)) {
            let soon = now + REFUSED_PAUSE;
            self.next_run = Some(self.next_run.map_or(soon, |next| next.min(soon)));
        }
        Ok(())
    }

    /// The reports of the runs that have ended, or become held, since the last call.
    ///
    /// # Errors
    ///
    /// When a report cannot be read; a later call returns it.
    pub async fn new_reports(&mut self) -> Result<Vec<Report>, StoreError> {
        let mut reports = Vec::new();
        for id in self.open.clone() {
            let state = self.ctx.store.run(id).await?.map(|run| run.state);
            let is_held = state == Some(RunState::Held);
            let is_working = state.is_some_and(RunState::is_open) && !is_held;
            if is_working || self.held.contains(&id) && is_held {
                continue;
            }
            reports.extend(self.ctx.store.report(id, self.ctx.clock.now()).await?);
            if state == Some(RunState::Failed) {
                self.retry_soon_if_refused().await?;
            }
            if is_held {
                self.held.insert(id);
            } else {
                self.open.remove(&id);
                self.held.remove(&id);
            }
        }
        Ok(reports)
    }
}
