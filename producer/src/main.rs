//! The binary `producer`: starts runs, and keeps the schedule for any number of workers.

use app::config::{self, Settings};
use app::presence::Presence;
use app::run_ping::RunPing;
use app::signal::Signals;
use app::wiring::{self, App};
use app::{command_line, health, installation, log, program, server_clocks, startup};
use producer::cli::{JAPANESE, ProducerCli, ProducerCommand, StartArgs};
use producer::notices::{NotificationTask, Notifications, ProcessWatch};
use producer::{LeaderLease, Leadership, RunOrder, Scheduler, not_started, start_run};
use shared::domain::report::Report;
use shared::jobs::QueueName;
use shared::ports::context::Context;
use shared::ports::queue::QueueView;
use shared::ports::store::ProcessRole;
use std::convert::Infallible;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, Text, text};

fn main() -> ExitCode {
    let cli: ProducerCli = command_line::read_or_exit(JAPANESE);
    let early = config::early_lang(cli.lang, &config::environment);
    let file = config::settings_file(cli.config.as_deref(), &config::environment, early);
    match Settings::load(file.as_deref(), &config::environment) {
        Ok(settings) => {
            let lang = cli.lang.unwrap_or(settings.lang);
            program::finish(run(cli, &settings, lang), lang)
        }
        Err(failure) => program::finish(Err(failure), early),
    }
}

fn run(cli: ProducerCli, settings: &Settings, lang: Lang) -> Result<Exit, CommandError> {
    log::start(settings, log::AT_WORK, cli.log_format)?;
    settings.shared_queue()?;
    let say = |text: Text| program::say(&text, lang, cli.log_format);
    program::block_on(async {
        match cli.command {
            ProducerCommand::Run(args) => {
                let app = startup::build_once(settings).await?;
                start(args, &app.ctx).await
            }
            ProducerCommand::Serve => serve(settings, say).await,
        }
    })
}

async fn start(args: StartArgs, ctx: &Context) -> Result<Exit, CommandError> {
    let kind = args.kind;
    let order = RunOrder {
        account: args.account,
        max_items: args.max_items,
        ..RunOrder::new(kind)
    };
    match start_run(order, ctx).await {
        Ok(started) => {
            program::print(&started.id.to_string())?;
            Ok(Exit::Done)
        }
        Err(error) => Err(not_started(error, kind)),
    }
}

async fn serve(settings: &Settings, say: impl Fn(Text)) -> Result<Exit, CommandError> {
    let mut stop = pin!(Signals::listen()?.first());
    let health = health::open(settings.health_listen).await?;
    let app = tokio::select! {
        stopped = &mut stop => return stopped,
        built = startup::build(settings) => built?,
    };
    let notifications = Notifications::from_settings(settings, &app.ctx)?;
    let notifications = notifications.telling(&health.outage("notices"));
    notifications.tell_missed_run(&app.work.schedule).await;
    let notifications = NotificationTask::start(notifications);
    let watch = worker_watch(settings, &app)?;
    health.started(&app);
    say(text!(
        "予定どおりに実行を始めます。止めるには Ctrl+C",
        "keeping the schedule; press Ctrl+C to stop"
    ));
    let leadership = Leadership::Lease(LeaderLease::new(app.ctx.clone()));
    let sources = app.sources;
    let mut presence = Presence::new(&app.ctx, ProcessRole::Producer, &[]);
    let scheduler = Scheduler::new(app.ctx, app.work, &health);
    let scheduler = scheduler.pinging(RunPing::new(settings)?);
    let on_report = |report: &Report| {
        log_report(report);
        Ok::<(), Infallible>(())
    };
    let ended = tokio::select! {
        stopped = &mut stop => stopped,
        never = scheduler.run(&leadership, on_report) => match never {},
        never = presence.keep(&health) => match never {},
        never = watch.keep() => match never {},
        wrong = server_clocks::keep(&sources) => Err(wrong),
        stranger = installation::keep(&sources) => Err(stranger),
    };
    health.stopping();
    leadership.release().await;
    presence.leave().await;
    notifications.stop().await;
    say(text!(
        "止めました。ほかの producer がなければ、次の実行は始まりません",
        "stopped; without another producer no further run starts"
    ));
    ended
}

/// Looks for workers of the queues that have jobs.
fn worker_watch(settings: &Settings, app: &App) -> Result<ProcessWatch, CommandError> {
    let notifications = Notifications::from_settings(settings, &app.ctx)?;
    let is_used =
        |queue: &QueueName| *queue != QueueName::Info || app.work.basic_info_every_days > 0;
    let queues = QueueName::ALL.into_iter().filter(is_used).collect();
    let redis = app.sources.redis.as_ref().map(wiring::queue_over);
    let heartbeats = redis.map(|redis| Arc::new(redis) as Arc<dyn QueueView>);
    Ok(ProcessWatch::of_workers(notifications, queues, heartbeats))
}

fn log_report(report: &Report) {
    let json = serde_json::to_string(report).unwrap_or_default();
    tracing::info!(run.id = %report.run_id, report = %json,
        "run {} is {}", report.run_id, report.state.as_str());
}
