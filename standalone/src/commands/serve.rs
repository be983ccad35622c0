//! `serve`: minds the shops day and night: goes on with what is open, runs by schedule, reports.

use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::config::Settings;
use app::health::{Health, Pulse};
use app::run_mode::RunMode;
use app::signal::Signals;
use app::wiring;
use producer::notices::{Herald, Heralding};
use producer::{Caretaker, Minder, RetentionCleanup, resume, sweep};
use shared::ports::context::Context;
use std::pin::pin;
use std::time::Duration;
use ui::command_error::{CommandError, Exit};
use ui::message::text;
use ui::report;
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
pub async fn serve(
    settings: &Settings,
    page: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    if settings.redis.is_some() {
        return Err(CommandError::Usage(text!(
            "REDIS_URL があるときは producer serve と worker を使ってください。miseban serve は1つのプロセス用です",
            "with REDIS_URL use producer serve and worker; miseban serve is for one process"
        )));
    }
    let mut stop = pin!(Signals::listen()?.first());
    let _lock = WorkLock::take(&settings.database_url)?;
    let health = Health::open(settings.health_listen).await?;
    let app = wiring::build(settings, RunMode::Live).await?;
    let open = resume(&*app.ctx.store, &*app.ctx.queue)
        .await
        .map_err(|error| {
            CommandError::Failed(text!(
                "途中の仕事を再開できません({error})",
                "what is open cannot be resumed ({error})"
            ))
        })?;
    let (hours, resumed) = (settings.work.run_every_hours, open.len());
    let told = text!(
        "店番を始めます({hours} 時間ごと、再開した実行 {resumed} 件)。止めるには Ctrl+C",
        "minding the shops (every {hours} h, {resumed} runs resumed); Ctrl+C stops"
    );
    print_status(told.of(page.lang));
    let mut minder = Minder::new(app.ctx.clone(), hours, open)
        .with_infos_every(settings.work.basic_info_every_days)
        .reconciling_at(settings.work.reconcile_at);
    wiring::open_for_work(&app).await?;
    let heralding = Heralding::begin(Herald::of(settings, &app.ctx)?);
    health.started(&app);
    let schedule = health.pulse("schedule");
    let mut shift = Shift::begin(&app, &health);
    let ended = tokio::select! {
        stopped = &mut stop => stopped,
        failure = shift.broke() => Err(failure),
        failed = go_on(&app.ctx, &mut minder, &schedule, page) => failed.map(|never| match never {}),
    };
    health.stopping();
    shift.end().await;
    heralding.end().await;
    let told = text!(
        "止めました。次に始めるとき、続きから行います",
        "stopped; the next start goes on from here"
    );
    print_status(told.of(page.lang));
    ended
}

async fn go_on(
    ctx: &Context,
    minder: &mut Minder,
    schedule: &Pulse,
    page: &mut CommandOutput<'_>,
) -> Result<std::convert::Infallible, CommandError> {
    let mut caretaker = Caretaker::new(ctx.clone());
    let mut thinner = RetentionCleanup::new(ctx.clone());
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
            && let Err(error) = sweep(ctx).await
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
