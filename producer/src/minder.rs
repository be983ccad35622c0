//! Minds the schedule: starts the run that is due, and tells which runs have ended.

use crate::nightly::Nightly;
use crate::{Order, Refused, start_run};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::context::Context;
use shared::ports::store::StoreError;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Pause after a scheduled run that could not be started.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(1);

/// Pause after a look that found no texts stale.
const NOTHING_STALE: TimeDelta = TimeDelta::hours(1);

const SCHEDULED: RunKind = RunKind::PriceStock;
/// Among so many of the last runs, of whatever kind, the last scheduled one is looked for.
const LOOK_BACK: u32 = 50;

/// Keeps the schedule of one kind of run.
pub struct Minder {
    ctx: Context,
    every: TimeDelta,
    next_run: DateTime<Utc>,
    open: BTreeSet<RunId>,
    /// Of those, the ones that wait for a person, who was told.
    held: BTreeSet<RunId>,
    nightly: Option<Nightly>,
    /// Between two runs of texts and images; `None` for none.
    infos_every: Option<TimeDelta>,
    next_infos: DateTime<Utc>,
}

impl Minder {
    /// Starts a run at once, and then one every `hours`; knows of the runs that are `open`.
    pub fn new(ctx: Context, hours: u32, open: impl IntoIterator<Item = RunId>) -> Self {
        Self {
            next_run: ctx.clock.now(),
            every: TimeDelta::hours(i64::from(hours)),
            open: open.into_iter().collect(),
            held: BTreeSet::new(),
            nightly: None,
            infos_every: None,
            next_infos: ctx.clock.now(),
            ctx,
        }
    }

    /// Reads the shops back every day at `at` (Japan's time) as well, or never.
    #[must_use]
    pub fn reconciling_at(mut self, at: Option<NaiveTime>) -> Self {
        self.nightly = at.map(Nightly::at);
        self
    }

    /// Keeps the schedule of texts and images, too: a run every `days`, counted from the last one whoever
    /// started it; 0 for none.
    #[must_use]
    pub fn with_infos_every(mut self, days: u32) -> Self {
        self.infos_every = (days > 0).then(|| TimeDelta::days(i64::from(days)));
        self
    }

    /// Follows another producer that has kept the schedule: goes on `hours` after the last run.
    ///
    /// # Errors
    ///
    /// When the runs cannot be read.
    pub async fn following(
        ctx: Context,
        hours: u32,
        open: impl IntoIterator<Item = RunId>,
    ) -> Result<Self, StoreError> {
        let last = ctx.store.runs(false, LOOK_BACK).await?;
        let mut minder = Self::new(ctx, hours, open);
        let last = last
            .iter()
            .find(|run| run.kind == SCHEDULED && !run.dry_run);
        if let Some(last) = last {
            minder.next_run = last.started_at + minder.every;
        }
        Ok(minder)
    }

    /// Starts the runs whose time has come. Texts and images have a lane, a queue and a place of their own,
    /// so that they may come at any hour.
    pub async fn start_what_is_due(&mut self) {
        self.start_prices().await;
        if let Some(nightly) = &mut self.nightly {
            self.open.extend(nightly.look(&self.ctx).await);
        }
        if let Err(error) = self.start_infos().await {
            tracing::error!(%error, "the run of basic information could not be started; tried again in a minute");
            self.next_infos = self.ctx.clock.now() + AFTER_FAILURE;
        }
    }

    /// Where nothing is stale, no run is started, and it is looked at again in an hour.
    async fn start_infos(&mut self) -> Result<(), Refused> {
        let ctx = &self.ctx;
        let now = ctx.clock.now();
        let Some(every) = self.infos_every.filter(|_| now >= self.next_infos) else {
            return Ok(());
        };
        if let Some(last) = ctx.store.last_of_kind(RunKind::BasicInfo).await? {
            self.next_infos = last.started_at + every;
            if last.state.is_open() || now < self.next_infos {
                self.next_infos = self.next_infos.max(now + NOTHING_STALE);
                return Ok(());
            }
        }
        let before = ctx.rules.ttls.basic_info_stale_before(now);
        if ctx.store.stale_infos(None, before).await?.is_empty() {
            self.next_infos = now + NOTHING_STALE;
            return Ok(());
        }
        let order = scheduled(RunKind::BasicInfo, ctx);
        let started = start_run(order, &*ctx.store, &*ctx.cache, &*ctx.queue).await?;
        self.open.insert(started.id);
        self.next_infos = now + every;
        Ok(())
    }

    /// Starts the scheduled run if its time has come. While one of its kind is open it waits, so
    /// that runs which take longer than the schedule follow each other without a pause.
    async fn start_prices(&mut self) {
        let ctx = &self.ctx;
        let now = ctx.clock.now();
        if now < self.next_run {
            return;
        }
        let order = scheduled(SCHEDULED, ctx);
        match start_run(order, &*ctx.store, &*ctx.cache, &*ctx.queue).await {
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

    /// The reports of runs that have ended since the last look, or have begun to wait for a person.
    ///
    /// # Errors
    ///
    /// When a report cannot be read; it is given at a later look.
    pub async fn ended(&mut self) -> Result<Vec<Report>, StoreError> {
        let mut reports = Vec::new();
        for id in self.open.clone() {
            let state = self.ctx.store.run(id).await?.map(|run| run.state);
            let waits = state == Some(RunState::Held);
            let goes_on = state.is_some_and(RunState::is_open) && !waits;
            if goes_on || self.held.contains(&id) && waits {
                continue;
            }
            reports.extend(self.ctx.store.report(id, self.ctx.clock.now()).await?);
            if waits {
                self.held.insert(id);
            } else {
                self.open.remove(&id);
                self.held.remove(&id);
            }
        }
        Ok(reports)
    }
}

/// A run of everything, as a schedule starts it.
pub(crate) fn scheduled(kind: RunKind, ctx: &Context) -> Order {
    Order {
        id: RunId(Uuid::now_v7()),
        kind,
        account: None,
        max_items: None,
        dry_run: false,
        ttls: ctx.rules.ttls,
        guard: ctx.rules.guard,
        now: ctx.clock.now(),
    }
}
