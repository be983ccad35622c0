//! The binary `producer`: starts runs, and keeps the schedule for any number of workers.

use app::config::{self, Settings};
use app::health;
use app::log::{self, LogFormat};
use app::presence::Presence;
use app::run_ping::RunPing;
use app::signal::Signals;
use app::{installation, program, server_clocks, startup};
use clap::{Args, Parser, Subcommand};
use producer::notices::{NotificationTask, Notifications, ProcessWatch};
use producer::{LeaderLease, Leadership, RunOrder, Scheduler, StartRunError, start_run};
use shared::domain::account::AccountId;
use shared::domain::report::Report;
use shared::domain::run::RunKind;
use shared::ports::context::Context;
use shared::ports::store::ProcessRole;
use std::convert::Infallible;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, text};

/// Starts runs for the workers
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  producer run price-stock --account main     start one run; the workers process it
  producer serve                              keep the schedule until a signal stops it

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 130/143 stopped by a signal."
)]
struct ProducerCli {
    /// Settings file (TOML); environment variables override it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Language of messages
    #[arg(long, global = true, value_parser = program::lang_parser())]
    lang: Option<Lang>,
    /// The command
    #[command(subcommand)]
    command: ProducerCommand,
}

#[derive(Debug, Subcommand)]
enum ProducerCommand {
    /// Start one run
    Run(StartArgs),
    /// Keep the schedule: one producer leads, others stand by
    Serve,
}

/// A registration needs a file: `miseban register`.
fn kind(word: &str) -> Result<RunKind, &'static str> {
    RunKind::from_word(word)
        .filter(|kind| *kind != RunKind::Register)
        .ok_or("price-stock, stale, visibility, basic-info or reconcile")
}

#[derive(Debug, Args)]
struct StartArgs {
    /// price-stock, stale, visibility, basic-info or reconcile
    #[arg(value_parser = kind)]
    kind: RunKind,
    /// Only this shop
    #[arg(long, value_parser = AccountId::parse)]
    account: Option<AccountId>,
    /// At most this many ASINs
    #[arg(long)]
    max_items: Option<usize>,
}

fn main() -> ExitCode {
    let cli = ProducerCli::parse();
    let lang = config::early_lang(cli.lang, &config::environment);
    let loaded = Settings::load(cli.config.as_deref(), &config::environment);
    let ended = loaded.and_then(|settings| {
        log::start(&settings, log::AT_WORK, cli.log_format)?;
        program::block_on(work(cli.command, &settings))
    });
    program::finish(ended, lang)
}

async fn work(command: ProducerCommand, settings: &Settings) -> Result<Exit, CommandError> {
    settings.shared_queue()?;
    match command {
        ProducerCommand::Run(args) => {
            let app = startup::build_once(settings).await?;
            start(args, &app.ctx).await
        }
        ProducerCommand::Serve => serve(settings).await,
    }
}

async fn start(args: StartArgs, ctx: &Context) -> Result<Exit, CommandError> {
    let order = RunOrder {
        account: args.account,
        max_items: args.max_items,
        ..RunOrder::new(args.kind)
    };
    match start_run(order, ctx).await {
        Ok(started) => {
            program::print(&started.id.to_string())?;
            Ok(Exit::Done)
        }
        Err(StartRunError::AlreadyOpen(id)) => Err(CommandError::Usage(text!(
            "同じ種類の実行 {id} がまだ終わっていません",
            "run {id} of the same kind is still open"
        ))),
        Err(error) => Err(CommandError::Failed(text!(
            "実行を始められません({error})",
            "the run cannot be started ({error})"
        ))),
    }
}

async fn serve(settings: &Settings) -> Result<Exit, CommandError> {
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
    let watch = ProcessWatch::of_workers(Notifications::from_settings(settings, &app.ctx)?);
    health.started(&app);
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
    ended
}

fn log_report(report: &Report) {
    let json = serde_json::to_string(report).unwrap_or_default();
    tracing::info!(run.id = %report.run_id, report = %json,
        "run {} is {}", report.run_id, report.state.as_str());
}
