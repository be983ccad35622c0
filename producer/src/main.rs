//! The binary `producer`: starts runs, and keeps the schedule for any number of workers.

use app::config::{self, Settings};
use app::health::{Health, Pulse};
use app::log::{self, LogFormat};
use app::run_mode::RunMode;
use app::signal::Signals;
use app::wiring;
use app::{program, startup};
use chrono::NaiveTime;
use clap::{Args, Parser, Subcommand};
use producer::notices::{Herald, Heralding};
use producer::{
    Caretaker, Lead, Minder, Order, Refused, RetentionCleanup, resume, start_run, sweep,
};
use shared::domain::account::AccountId;
use shared::domain::run::{RunId, RunKind};
use shared::ports::context::Context;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, text};

/// Starts runs for the workers
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  producer run price-stock --account main     start one run; the workers do it
  producer serve                              keep the schedule, until told to stop

Exit codes: 0 done, 1 failed, 2 wrong use or settings, 130/143 stopped by a signal."
)]
struct Cli {
    /// Settings file (TOML); the environment goes first
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the log on stderr is written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Language of messages
    #[arg(long, global = true, value_parser = program::lang_parser())]
    lang: Option<Lang>,
    /// What to do
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start one run
    Run(RunArgs),
    /// Keep the schedule: one producer leads, any number may stand by
    Serve,
}

/// A registration takes a file: `miseban register`.
fn kind(word: &str) -> Result<RunKind, &'static str> {
    RunKind::from_word(word)
        .filter(|kind| *kind != RunKind::Register)
        .ok_or("price-stock, stale, visibility, basic-info or reconcile")
}

#[derive(Debug, Args)]
struct RunArgs {
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

/// Between two looks at the schedule and at the lead.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Who takes the lead later than this after its start follows another producer: the lease of one that
/// was killed, and some time to begin.
const START_UP: Duration = Duration::from_secs(15);
/// Looks between two sweeps for rows whose messages are lost.
const LOOKS_A_SWEEP: u32 = 5;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = config::early_lang(cli.lang, &config::environment);
    let loaded = Settings::load(cli.config.as_deref(), &config::environment);
    let ended = loaded.and_then(|settings| {
        log::start(&settings, log::AT_WORK, cli.log_format)?;
        program::block_on(work(cli.command, &settings))
    });
    program::finish(ended, lang)
}

async fn work(command: Command, settings: &Settings) -> Result<Exit, CommandError> {
    settings.shared_queue()?;
    match command {
        Command::Run(args) => {
            let app = wiring::build(settings, RunMode::Live).await?;
            start(args, &app.ctx).await
        }
        Command::Serve => serve(settings).await,
    }
}

async fn start(args: RunArgs, ctx: &Context) -> Result<Exit, CommandError> {
    let order = Order {
        id: RunId(uuid::Uuid::now_v7()),
        kind: args.kind,
        account: args.account,
        max_items: args.max_items,
        dry_run: false,
        ttls: ctx.rules.ttls,
        guard: ctx.rules.guard,
        now: ctx.clock.now(),
    };
    match start_run(order, &*ctx.store, &*ctx.cache, &*ctx.queue).await {
        Ok(started) => {
            program::print(&started.id.to_string())?;
            Ok(Exit::Done)
        }
        Err(Refused::AlreadyOpen(id)) => Err(CommandError::Usage(text!(
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
    let health = Health::open(settings.health_listen).await?;
    let app = tokio::select! {
        stopped = &mut stop => return stopped,
        built = startup::build(settings) => built?,
    };
    let heralding = Heralding::begin(Herald::of(settings, &app.ctx)?);
    health.started(&app);
    let lead = Lead::new(app.ctx.clone());
    let watch = Watch {
        ctx: app.ctx,
        hours: settings.work.run_every_hours,
        reconcile_at: settings.work.reconcile_at,
        info_days: settings.work.basic_info_every_days,
        pulse: health.pulse("schedule"),
    };
    let ended = tokio::select! {
        stopped = &mut stop => stopped,
        never = watch.go_on(&lead) => match never {},
    };
    health.stopping();
    lead.end().await;
    heralding.end().await;
    ended
}

/// What a producer on watch needs.
struct Watch {
    ctx: Context,
    hours: u32,
    reconcile_at: Option<NaiveTime>,
    info_days: u32,
    pulse: Pulse,
}

impl Watch {
    async fn go_on(&self, lead: &Lead) -> std::convert::Infallible {
        let mut minder = None;
        let mut caretaker = Caretaker::new(self.ctx.clone());
        let mut thinner = RetentionCleanup::new(self.ctx.clone());
        let mut looks: u32 = 0;
        let begun = Instant::now();
        loop {
            let kept = lead.keep().await;
            self.pulse.beat(&kept);
            match kept {
                Ok(true) => {
                    let minder = match &mut minder {
                        Some(minder) => minder,
                        None => minder.insert(self.take_lead(begun.elapsed()).await),
                    };
                    self.look(minder, looks.is_multiple_of(LOOKS_A_SWEEP)).await;
                    if let Err(error) = caretaker.look().await {
                        tracing::warn!(%error, "the age of the tokens cannot be read now");
                    }
                    self.thin_history(&mut thinner).await;
                }
                Ok(false) => minder = None,
                Err(error) => tracing::warn!(%error, "the lead cannot be kept now"),
            }
            looks = looks.wrapping_add(1);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// At start-up a run is due at once; who follows a leader that is gone keeps to its schedule.
    async fn take_lead(&self, since_start: Duration) -> Minder {
        tracing::info!("this producer leads");
        let ctx = &self.ctx;
        let open = resume(&*ctx.store, &*ctx.queue)
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "what is open is resumed by the sweep");
                Vec::new()
            });
        if since_start > START_UP {
            match Minder::following(ctx.clone(), self.hours, open.iter().copied()).await {
                Ok(minder) => return self.scheduling(minder),
                Err(error) => {
                    tracing::warn!(%error, "the schedule cannot be read, a run is due now");
                }
            }
        }
        self.scheduling(Minder::new(ctx.clone(), self.hours, open))
    }

    fn scheduling(&self, minder: Minder) -> Minder {
        minder
            .with_infos_every(self.info_days)
            .reconciling_at(self.reconcile_at)
    }

    /// One look of the leader. Each step is a turn, since each may take some seconds.
    async fn look(&self, minder: &mut Minder, sweeps: bool) {
        minder.start_what_is_due().await;
        self.pulse.answered();
        report_what_ended(minder).await;
        if !sweeps {
            return;
        }
        let swept = sweep(&self.ctx).await;
        self.pulse.beat(&swept);
        if let Err(error) = swept {
            tracing::warn!(%error, "open rows cannot be looked through now");
        }
    }

    async fn thin_history(&self, by: &mut RetentionCleanup) {
        let thinned = by.look().await;
        self.pulse.beat(&thinned);
        if let Err(error) = thinned {
            tracing::warn!(%error, "the history cannot be thinned now");
        }
    }
}

async fn report_what_ended(minder: &mut Minder) {
    match minder.ended().await {
        Ok(reports) => {
            for report in reports {
                let told = serde_json::to_string(&report).unwrap_or_default();
                tracing::info!(run.id = %report.run_id, report = %told, "run {} is {}", report.run_id, report.state.as_str());
            }
        }
        Err(error) => tracing::warn!(%error, "reports cannot be read now"),
    }
}
