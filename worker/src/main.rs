//! The binary `worker`: runs jobs until it is stopped. Any number of them may run.

use app::config::{self, Settings};
use app::health;
use app::log::{self, LogFormat};
use app::presence::Presence;
use app::signal::Signals;
use app::{installation, program, server_clocks, startup};
use clap::Parser;
use producer::notices::{Notifications, ProcessWatch};
use shared::jobs::QueueName;
use shared::ports::store::ProcessRole;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;
use worker::worker_pool::WorkerPool;

/// Runs jobs from the shared queue until it is stopped
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  worker                                run jobs of all queues
  worker --queues update --concurrency 32

SIGTERM and Ctrl+C: claims no more jobs, waits for running ones (STOP_WITHIN_SECONDS), puts the rest back;
a second signal ends at once. Exit codes: 0 done, 1 failed, 2 wrong use or settings, 130/143 stopped by a signal."
)]
struct Cli {
    /// Settings file (TOML); environment variables take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Language of messages
    #[arg(long, value_parser = program::lang_parser())]
    lang: Option<Lang>,
    /// Queues to take jobs from: sync (prices and stock from Amazon), update (edits of shops), info (texts and images)
    #[arg(long, value_delimiter = ',', default_value = "sync,update,info", value_parser = queue)]
    queues: Vec<QueueName>,
    /// Jobs at a time for each queue but info, which runs one; default: the settings
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    concurrency: Option<u32>,
    /// Only ask the program that runs with these settings whether it is ready (`HEALTH_LISTEN`)
    #[arg(long, conflicts_with_all = ["queues", "concurrency"])]
    healthcheck: bool,
}

fn queue(word: &str) -> Result<QueueName, &'static str> {
    QueueName::from_word(word).ok_or("sync, update or info")
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = config::early_lang(cli.lang, &config::environment);
    let loaded = Settings::load(cli.config.as_deref(), &config::environment);
    let ended = loaded.and_then(|mut settings| {
        if cli.healthcheck {
            return program::block_on(health::ask(settings.health_listen));
        }
        log::start(&settings, log::AT_WORK, cli.log_format)?;
        let slots = |queue, setting| {
            if cli.queues.contains(&queue) {
                cli.concurrency.unwrap_or(setting)
            } else {
                0
            }
        };
        let work = &mut settings.work;
        work.sync_concurrency = slots(QueueName::Sync, work.sync_concurrency);
        work.update_concurrency = slots(QueueName::Update, work.update_concurrency);
        if !cli.queues.contains(&QueueName::Info) {
            work.info_concurrency = 0;
        }
        program::block_on(serve(&settings, &cli.queues))
    });
    program::finish(ended, lang)
}

async fn serve(settings: &Settings, queues: &[QueueName]) -> Result<Exit, CommandError> {
    settings.shared_queue()?;
    let mut stop = pin!(Signals::listen()?.first());
    let health = health::open(settings.health_listen).await?;
    let app = tokio::select! {
        stopped = &mut stop => return stopped,
        built = startup::build(settings) => built?,
    };
    health.started(&app);
    let mut presence = Presence::new(&app.ctx, ProcessRole::Worker, queues);
    let watch = ProcessWatch::of_producers(Notifications::from_settings(settings, &app.ctx)?);
    let mut workers = WorkerPool::start(&app, &health);
    tracing::info!("running jobs");
    let ended = tokio::select! {
        stopped = &mut stop => stopped,
        failure = workers.failed() => Err(failure),
        never = presence.keep(&health) => match never {},
        never = watch.keep() => match never {},
        wrong = server_clocks::keep(&app.sources) => Err(wrong),
        stranger = installation::keep(&app.sources) => Err(stranger),
    };
    tracing::info!("stopping: claims no more jobs, waits for running ones");
    health.stopping();
    workers.stop().await;
    presence.leave().await;
    ended
}
