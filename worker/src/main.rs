//! The binary `worker`: runs jobs until it is stopped. Any number of them may run.

use app::config::{self, Settings};
use app::presence::Presence;
use app::signal::Signals;
use app::{command_line, health, installation, log, program, server_clocks, startup};
use producer::notices::{Notifications, ProcessWatch};
use shared::jobs::QueueName;
use shared::ports::store::ProcessRole;
use std::pin::pin;
use std::process::ExitCode;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, Text, text};
use worker::cli::{JAPANESE, WorkerCli};
use worker::worker_pool::WorkerPool;

fn main() -> ExitCode {
    let cli: WorkerCli = command_line::read_or_exit(JAPANESE);
    let early = config::early_lang(cli.lang, &config::environment);
    let file = config::settings_file(cli.config.as_deref(), &config::environment, early);
    match Settings::load(file.as_deref(), &config::environment) {
        Ok(settings) => {
            let lang = cli.lang.unwrap_or(settings.lang);
            program::finish(run(&cli, settings, lang), lang)
        }
        Err(failure) => program::finish(Err(failure), early),
    }
}

fn run(cli: &WorkerCli, mut settings: Settings, lang: Lang) -> Result<Exit, CommandError> {
    if cli.healthcheck {
        return program::block_on(health::ask(settings.health_listen));
    }
    log::start(&settings, log::AT_WORK, cli.log_format)?;
    if cli.check {
        return program::block_on(check(&settings));
    }
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
    let say = |text: Text| program::say(&text, lang, cli.log_format);
    program::block_on(serve(&settings, &cli.queues, say))
}

/// Starts as a worker does, and ends.
async fn check(settings: &Settings) -> Result<Exit, CommandError> {
    settings.shared_queue()?;
    startup::build(settings).await?;
    Ok(Exit::Done)
}

async fn serve(
    settings: &Settings,
    queues: &[QueueName],
    say: impl Fn(Text),
) -> Result<Exit, CommandError> {
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
    say(text!(
        "仕事を始めます。止めるには Ctrl+C",
        "working; press Ctrl+C to stop"
    ));
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
    say(text!(
        "止めました。終わらなかった仕事はキューに戻しました",
        "stopped; unfinished jobs are back in the queue"
    ));
    ended
}
