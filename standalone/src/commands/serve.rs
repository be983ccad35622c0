//! `serve`: runs by schedule in one process: resumes open runs, starts the due ones, prints
//! reports.

use crate::database::CommandStore;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::config::Settings;
use app::health;
use app::presence::Presence;
use app::run_mode::RunMode;
use app::run_ping::RunPing;
use app::server_clocks;
use app::signal::Signals;
use app::wiring;
use producer::notices::{NotificationTask, Notifications};
use producer::{Leadership, ResumeError, Scheduler, resume};
use shared::domain::report::Report;
use shared::jobs::QueueName;
use shared::ports::store::ProcessRole;
use std::convert::Infallible;
use std::pin::pin;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::labels;
use ui::layout::amount;
use ui::message::{Text, text};
use ui::report;
use worker::worker_pool::WorkerPool;

/// Serves until a signal comes.
///
/// # Errors
///
/// Wrong settings, another process that works on the database, a database that cannot be used, or
/// that is deleted meanwhile. A stdout that cannot be written is none: the shops need the work, not
/// the reports.
pub async fn serve(
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    if settings.redis.is_some() {
        return Err(CommandError::Usage(text!(
            "REDIS_URL があるときは producer serve と worker を使ってください。miseban serve は1つのプロセス用です",
            "with REDIS_URL use producer serve and worker; miseban serve is for one process"
        )));
    }
    let mut stop = pin!(Signals::listen()?.first());
    let lock = WorkLock::take_to_serve(settings.database_url.location()?)?;
    let health = health::open(settings.health_listen).await?;
    let app = wiring::build(settings, RunMode::Live, store.open().await?).await?;
    let open = resume(&app.ctx)
        .await
        .map_err(|error| not_resumed(&error))?;
    print_status(started(settings, open.len()).of(out.lang));
    wiring::open_for_work(&app).await?;
    let notifications = Notifications::from_settings(settings, &app.ctx)?;
    let notifications = notifications.telling(&health.outage("notices"));
    notifications.tell_missed_run(&app.work.schedule).await;
    let notifications = NotificationTask::start(notifications);
    health.started(&app);
    let mut presence = Presence::new(&app.ctx, ProcessRole::Serve, &QueueName::ALL);
    let scheduler = Scheduler::new(app.ctx.clone(), app.work.clone(), &health)
        .with_resumed(open)
        .pinging(RunPing::new(settings)?);
    let mut workers = WorkerPool::start(&app, &health);
    let print = |report: &Report| {
        if let Err(error) = out.show(report, report::render) {
            tracing::warn!(%error, "could not print the report of run {}", report.run_id);
        }
        Ok::<(), Infallible>(())
    };
    let work = async {
        tokio::select! {
            stopped = &mut stop => stopped,
            failure = workers.failed() => Err(failure),
            wrong = server_clocks::keep(&app.sources) => Err(wrong),
            never = scheduler.run(&Leadership::Always, print) => match never {},
            never = presence.keep(&health) => match never {},
        }
    };
    let ended = WorkLock::during(Some(&lock), work).await;
    health.stopping();
    workers.stop().await;
    presence.leave().await;
    notifications.stop().await;
    let stopped = text!(
        "止めました。次に始めるとき、続きから行います",
        "stopped; the next start continues from here"
    );
    print_status(stopped.of(out.lang));
    ended
}

fn not_resumed(error: &ResumeError) -> CommandError {
    CommandError::Failed(text!(
        "途中の仕事を再開できません({error})",
        "the open runs cannot be resumed ({error})",
        error = cause(&error),
    ))
}

fn started(settings: &Settings, resumed: usize) -> Text {
    text!(
        "店番を始めます(実行は{schedule}、再開した実行 {resumed}件)。止めるには Ctrl+C",
        "serving the shops (a run {schedule}, {resumed} resumed); press Ctrl+C to stop",
        schedule = labels::schedule(&settings.work.schedule),
        resumed = amount(resumed as u64, "run", "runs"),
    )
}
