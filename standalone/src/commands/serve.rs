//! `serve`: minds the shops day and night: goes on with what is open, runs by schedule, reports.

use crate::config::Settings;
use crate::lock::WorkLock;
use crate::page::Page;
use crate::progress::say;
use crate::report;
use crate::say::{Exit, Failure, text};
use crate::wiring::{self, Earnest};
use house::health::{Health, Pulse};
use house::signal::Signals;
use producer::notices::{Herald, Heralding};
use producer::{Caretaker, Minder, Thinner, resume, sweep};
use shared::ports::bench::Bench;
use std::pin::pin;
use std::time::Duration;
use worker::shift::Shift;

/// Between two looks at the schedule and at the open runs.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks between two for rows that another process has queued: a run that was released.
const LOOKS_A_SWEEP: u32 = 5;

/// Serves until a signal comes.
///
/// # Errors
///
/// Wrong settings, another process at work on the database, a database that cannot be used.
pub async fn serve(settings: &Settings, page: &mut Page<'_>) -> Result<Exit, Failure> {
    if settings.redis.is_some() {
        return Err(Failure::Usage(text!(
            "REDIS_URL があるときは producer serve と worker を使ってください。miseban serve は1つのプロセス用です",
            "with REDIS_URL use producer serve and worker; miseban serve is for one process"
        )));
    }
    let mut stop = pin!(Signals::listen()?.first());
    let _lock = WorkLock::take(&settings.database_url)?;
    let health = Health::open(settings.health_listen).await?;
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
    let mut minder = Minder::new(house.bench.clone(), hours, open)
        .with_infos_every(settings.work.basic_info_every_days)
        .reconciling_at(settings.work.reconcile_at);
    wiring::open_for_work(&house).await?;
    let heralding = Heralding::begin(Herald::of(settings, &house.bench)?);
    health.started(&house);
    let schedule = health.pulse("schedule");
    let mut shift = Shift::begin(&house, &health);
    let ended = tokio::select! {
        stopped = &mut stop => stopped,
        failure = shift.broke() => Err(failure),
        failed = go_on(&house.bench, &mut minder, &schedule, page) => failed.map(|never| match never {}),
    };
    health.stopping();
    shift.end().await;
    heralding.end().await;
    let told = text!(
        "止めました。次に始めるとき、続きから行います",
        "stopped; the next start goes on from here"
    );
    say(told.of(page.lang));
    ended
}

async fn go_on(
    bench: &Bench,
    minder: &mut Minder,
    schedule: &Pulse,
    page: &mut Page<'_>,
) -> Result<std::convert::Infallible, Failure> {
    let mut caretaker = Caretaker::new(bench.clone());
    let mut thinner = Thinner::new(bench.clone());
    let mut looks: u32 = 0;
    loop {
        minder.start_what_is_due().await;
        if let Err(error) = caretaker.look().await {
            tracing::warn!(%error, "the age of the tokens cannot be read now");
        }
        schedule.answered();
        if let Err(error) = thinner.look().await {
            tracing::warn!(%error, "the history cannot be thinned now");
        }
        schedule.answered();
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(LOOKS_A_SWEEP)
            && let Err(error) = sweep(bench).await
        {
            tracing::warn!(%error, "open rows cannot be looked through now");
        }
        let ended = minder.ended().await;
        schedule.beat(&ended);
        match ended {
            Ok(reports) => {
                for report in reports {
                    page.show(&report, report::render)?;
                }
            }
            // A database that is away for a moment is asked again at the next look.
            Err(error) => tracing::warn!(%error, "reports cannot be read now"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
