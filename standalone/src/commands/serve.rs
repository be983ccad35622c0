//! `serve`: minds the shops day and night: goes on with what is open, runs by schedule, reports.

use crate::config::Settings;
use crate::lock::WorkLock;
use crate::page::Page;
use crate::progress::say;
use crate::report;
use crate::say::{Exit, Failure, text};
use crate::wiring::{self, Earnest, House};
use chrono::{DateTime, TimeDelta, Utc};
use house::signal::signal;
use producer::{Order, Refused, resume, start_run};
use shared::domain::run::{RunId, RunKind};
use std::collections::BTreeSet;
use std::time::Duration;
use worker::shift::Shift;

/// Between two looks at the schedule and at the open runs.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves until a signal comes.
///
/// # Errors
///
/// Wrong settings, another process at work on the database, a database that cannot be used.
pub async fn serve(settings: &Settings, page: &mut Page<'_>) -> Result<Exit, Failure> {
    let _lock = WorkLock::take(&settings.database_url)?;
    let house = wiring::build(settings, Earnest::Real).await?;
    let open = resume(&*house.bench.store, &*house.bench.queue)
        .await
        .map_err(|error| {
            Failure::Failed(text!(
                "途中の仕事を再開できません({error})",
                "what is open cannot be resumed ({error})"
            ))
        })?;
    let (hours, resumed) = (settings.work.run_every_hours, open.len());
    let told = text!(
        "店番を始めます({hours} 時間ごと、再開した実行 {resumed} 件)。止めるには Ctrl+C",
        "minding the shops (every {hours} h, {resumed} runs resumed); Ctrl+C stops"
    );
    say(told.of(page.lang));
    let mut day = Day {
        house: &house,
        settings,
        open: open.into_iter().collect(),
        next_run: house.bench.clock.now(),
    };
    wiring::open_for_work(&house).await?;
    let shift = Shift::begin(&house);
    let ended = tokio::select! {
        stopped = signal() => stopped,
        failed = day.go_on(page) => failed.map(|never| match never {}),
    };
    shift.end().await;
    let told = text!(
        "止めました。次に始めるとき、続きから行います",
        "stopped; the next start goes on from here"
    );
    say(told.of(page.lang));
    ended
}

struct Day<'a> {
    house: &'a House,
    settings: &'a Settings,
    open: BTreeSet<RunId>,
    next_run: DateTime<Utc>,
}

impl Day<'_> {
    async fn go_on(&mut self, page: &mut Page<'_>) -> Result<std::convert::Infallible, Failure> {
        loop {
            self.start_what_is_due().await;
            self.report_what_ended(page).await?;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Starts the scheduled run, at once at start-up. While one of its kind is open it waits, so
    /// that runs which take longer than the schedule follow each other without a pause.
    async fn start_what_is_due(&mut self) {
        let bench = &self.house.bench;
        let now = bench.clock.now();
        if now < self.next_run {
            return;
        }
        let order = Order {
            id: RunId(uuid::Uuid::now_v7()),
            kind: RunKind::PriceStock,
            account: None,
            max_items: None,
            dry_run: false,
            ttls: self.settings.rules.ttls,
            now,
        };
        match start_run(order, &*bench.store, &*bench.cache, &*bench.queue).await {
            Ok(started) => {
                self.open.insert(started.id);
                self.next_run =
                    now + TimeDelta::hours(i64::from(self.settings.work.run_every_hours));
            }
            Err(Refused::AlreadyOpen(id)) => {
                self.open.insert(id);
            }
            Err(error) => {
                tracing::error!(%error, "the scheduled run could not be started; tried again in a minute");
                self.next_run = now + TimeDelta::minutes(1);
            }
        }
    }

    async fn report_what_ended(&mut self, page: &mut Page<'_>) -> Result<(), Failure> {
        let bench = &self.house.bench;
        for id in self.open.clone() {
            // A database that is away for a moment is asked again at the next look.
            let Ok(Some(run)) = bench.store.run(id).await else {
                continue;
            };
            if run.state.is_open() {
                continue;
            }
            if let Some(ended) = bench.store.report(id, bench.clock.now()).await? {
                page.show(&ended, report::render)?;
            }
            self.open.remove(&id);
        }
        Ok(())
    }
}
