//! `run`: starts or resumes a run, follows it to its end and prints the report.

use crate::cli::StartRunArgs;
use crate::commands::dry_run;
use crate::commands::exit_of_run::exit_of;
pub use crate::commands::follow_run::{Followed, follow};
use crate::commands::follow_run::{Workers, follow_workers, tell_left};
use crate::commands::open_run::{needs_file, open_run};
use crate::database::CommandStore;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use app::config::Settings;
use app::health::Health;
use app::presence::Presence;
use app::run_mode::RunMode;
use app::run_ping::RunPing;
use app::signal::signal;
use app::wiring::{self, App};
use producer::notices::{NotificationPolicy, Notifications};
use serde_json::json;
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind};
use shared::jobs::QueueName;
use shared::ports::store::ProcessRole;
use std::sync::Arc;
use ui::command_error::{CommandError, Exit};
use ui::labels;
use ui::message::{Lang, text};
use ui::report;
use worker::worker_pool::WorkerPool;

/// Performs one run and prints its report.
///
/// # Errors
///
/// Wrong settings, an open run of the same kind, a database that is unavailable.
pub async fn run(
    args: &StartRunArgs,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    if args.kind == RunKind::Register && !args.resume {
        return Err(needs_file());
    }
    let Some(begun) = BegunRun::of(args, settings, store).await? else {
        return nothing_open(args.kind, out);
    };
    let followed = begun.to_end(out.lang).await?;
    match followed {
        Followed::Ended(report) if args.dry_run => {
            dry_run::show(&report, &*begun.app.ctx.store, args.csv, out).await
        }
        Followed::Ended(report) => {
            drop(begun);
            let shown = show(&report, out);
            send_end(&report, settings, store).await;
            shown
        }
        Followed::Stopped(exit) => {
            tell_left(begun.run, args.kind, begun.workers, &begun.app, out.lang).await;
            Ok(exit)
        }
    }
}

/// Nothing is started: who wants a new run starts it without `--resume`.
fn nothing_open(kind: RunKind, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    let command = labels::command(kind);
    out.show(&json!({ "resumed": null }), |_, lang| {
        let message = text!(
            "続きのある実行はありません。新しく始めるなら miseban {command}\n",
            "nothing to resume: no run of this kind is open; to start one: miseban {command}\n"
        );
        message.of(lang).to_owned()
    })?;
    Ok(Exit::Done)
}

/// Prints the report; on stderr, says what to do if the run is held.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn show(report: &Report, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    out.show(report, report::render)?;
    Ok(exit_of(report, out.lang))
}

/// Tells people and the watcher outside that the run of `report` has ended.
pub(super) async fn send_end(report: &Report, settings: &Settings, store: &CommandStore) {
    match RunPing::new(settings) {
        Ok(mut ping) => {
            ping.ended(report);
            tokio::join!(send_notices(settings, store), ping.finish());
        }
        Err(failure) => tracing::warn!(%failure, "could not tell the watcher of HEARTBEAT_URL"),
    }
}

/// Sends the pending notifications once; `serve` and `producer serve` retry those that fail. The
/// run has ended and its report is printed, so a failure here does not change the exit code.
async fn send_notices(settings: &Settings, store: &CommandStore) {
    if let Err(failure) = try_to_send(settings, store).await {
        tracing::warn!(%failure, "could not send notifications");
    }
}

async fn try_to_send(settings: &Settings, store: &CommandStore) -> Result<(), CommandError> {
    let channels = wiring::channels(settings)?;
    if channels.is_empty() {
        return Ok(());
    }
    let store = Arc::new(store.open().await?.clone());
    let policy = NotificationPolicy::from_settings(settings);
    let clock = store.clock();
    let notifications = Notifications::new(store, clock, channels, policy);
    tokio::select! {
        stopped = signal() => stopped.map(|_| ()),
        () = notifications.deliver_now() => Ok(()),
    }
}

/// Performs one new run, without printing its report.
///
/// # Errors
///
/// As [`run`].
pub async fn run_to_end(
    args: &StartRunArgs,
    settings: &Settings,
    store: &CommandStore,
    lang: Lang,
) -> Result<Followed, CommandError> {
    match BegunRun::of(args, settings, store).await? {
        Some(begun) => begun.to_end(lang).await,
        None => Err(needs_file()),
    }
}

/// A run that is open, and what works on it.
struct BegunRun {
    run: RunId,
    workers: Workers,
    app: App,
    lock: Option<WorkLock>,
}

impl BegunRun {
    /// `None` when nothing is open to be resumed.
    async fn of(
        args: &StartRunArgs,
        settings: &Settings,
        store: &CommandStore,
    ) -> Result<Option<Self>, CommandError> {
        let lock = WorkLock::unless_shared(settings)?;
        let mode = if args.dry_run {
            RunMode::DryRun
        } else {
            RunMode::Live
        };
        let app = wiring::build_for(args.kind, settings, mode, store.open().await?).await?;
        let run = open_run(args, &app).await?;
        Ok(run.map(|run| Self {
            run,
            workers: Workers::of(settings, mode),
            app,
            lock,
        }))
    }

    async fn to_end(&self, lang: Lang) -> Result<Followed, CommandError> {
        let work = carry_out(self.run, &self.app, self.workers, lang);
        WorkLock::during(self.lock.as_ref(), work).await
    }
}

/// Follows `run` to its end, and does its work unless other processes do.
///
/// # Errors
///
/// As [`follow`].
pub(super) async fn carry_out(
    run: RunId,
    app: &App,
    workers: Workers,
    lang: Lang,
) -> Result<Followed, CommandError> {
    if workers == Workers::Elsewhere {
        return follow_workers(run, app, workers, lang).await;
    }
    wiring::open_for_work(app).await?;
    let health = Health::default();
    let pool = WorkerPool::start(app, &health);
    let mut presence = Presence::new(&app.ctx, ProcessRole::Run, &QueueName::ALL);
    let followed = tokio::select! {
        followed = follow_workers(run, app, workers, lang) => followed,
        never = presence.keep(&health) => match never {},
    };
    pool.stop().await;
    presence.leave().await;
    followed
}
