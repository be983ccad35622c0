//! `run`: starts or resumes a run, follows it to its end and prints the report.

use crate::cli::StartRunArgs;
pub use crate::commands::follow_run::{Followed, follow};
use crate::commands::follow_run::{Workers, follow_workers};
use crate::database::CommandStore;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::config::Settings;
use app::health::Health;
use app::presence::Presence;
use app::run_mode::RunMode;
use app::run_ping::RunPing;
use app::signal::signal;
use app::wiring::{self, App};
use producer::notices::{NotificationPolicy, Notifications};
use producer::{RunOrder, StartRunError, resume_run, start_run};
use shared::domain::account::AccountId;
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
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
    match run_to_end(args, settings, store, out.lang).await? {
        Followed::Ended(report) => {
            let shown = show(&report, out);
            if !args.dry_run {
                tell(&report, settings, store).await;
            }
            shown
        }
        Followed::Stopped(exit) => {
            let command = labels::command(args.kind);
            let message = text!(
                "止めました。済んだ分は残っています。続きは: miseban {command} --resume",
                "stopped; finished work is kept. To continue: miseban {command} --resume"
            );
            print_status(message.of(out.lang));
            Ok(exit)
        }
    }
}

/// Prints the report; on stderr, says what to do if the run is held.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn show(report: &Report, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    out.show(report, report::render)?;
    if report.state == RunState::Held
        && let Some(advice) = report::held_back(report)
    {
        print_status(advice.of(out.lang));
    }
    Ok(match report.state {
        RunState::Done if !report::lacks_a_shop(report) && !report.mostly_failed() => Exit::Done,
        _ => Exit::Failed,
    })
}

/// Tells people and the watcher outside that the run of `report` has ended.
pub(super) async fn tell(report: &Report, settings: &Settings, store: &CommandStore) {
    match RunPing::new(settings) {
        Ok(mut ping) => {
            ping.tell(report);
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

/// Performs one run, without printing its report.
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
    let shared_queue = settings.redis.is_some() && !args.dry_run;
    let lock = WorkLock::unless_shared(settings)?;
    let mode = if args.dry_run {
        RunMode::DryRun
    } else {
        RunMode::Live
    };
    let app = wiring::build_for(args.kind, settings, mode, store.open().await?).await?;
    let run = open_run(args, &app).await?;
    WorkLock::during(lock.as_ref(), carry_out(run, &app, shared_queue, lang)).await
}

/// Follows `run` to its end. With a shared queue the workers process it; otherwise this process
/// does.
///
/// # Errors
///
/// As [`follow`].
pub(super) async fn carry_out(
    run: RunId,
    app: &App,
    shared_queue: bool,
    lang: Lang,
) -> Result<Followed, CommandError> {
    if shared_queue {
        return follow_workers(run, app, Workers::Elsewhere, lang).await;
    }
    wiring::open_for_work(app).await?;
    let health = Health::default();
    let workers = WorkerPool::start(app, &health);
    let mut presence = Presence::new(&app.ctx, ProcessRole::Run, &QueueName::ALL);
    let followed = tokio::select! {
        followed = follow(run, app, lang) => followed,
        never = presence.keep(&health) => match never {},
    };
    workers.stop().await;
    presence.leave().await;
    followed
}

fn needs_file() -> CommandError {
    CommandError::Usage(text!(
        "register にはASINのファイルとショップが要ります: miseban register FILE --account ID",
        "register needs a file of ASINs and a shop: miseban register FILE --account ID"
    ))
}

/// Starts a new run, or with `--resume` continues the open one.
async fn open_run(args: &StartRunArgs, app: &App) -> Result<RunId, CommandError> {
    let ctx = &app.ctx;
    if args.resume {
        let open = ctx.store.runs(true, u32::MAX).await?;
        if let Some(run) = open.into_iter().find(|run| run.kind == args.kind) {
            let id = run.id;
            if run.state == RunState::Held {
                return Err(held(id));
            }
            let resumed = resume_run(id, &*ctx.store, &*ctx.queue).await;
            return resumed.map(|()| id).map_err(|error| {
                CommandError::Failed(text!(
                    "実行 {id} を再開できません({error})",
                    "run {id} cannot be resumed ({error})"
                ))
            });
        }
    }
    if args.kind == RunKind::Register {
        return Err(needs_file());
    }
    let order = RunOrder {
        account: args.account.clone(),
        max_items: args
            .max_items
            .map(|items| usize::try_from(items).unwrap_or(usize::MAX)),
        dry_run: args.dry_run,
        ..RunOrder::new(args.kind)
    };
    match start_run(order, ctx).await {
        Ok(started) => Ok(started.id),
        Err(StartRunError::AlreadyOpen(id)) if is_held(id, app).await? => Err(held(id)),
        Err(refused) => Err(refusal(refused, args.kind)),
    }
}

async fn is_held(run: RunId, app: &App) -> Result<bool, CommandError> {
    let row = app.ctx.store.run(run).await?;
    Ok(row.is_some_and(|row| row.state == RunState::Held))
}

fn held(run: RunId) -> CommandError {
    CommandError::Usage(text!(
        "実行 {run} が確認を待っています(miseban report {run} で見られます)。更新を送信するなら miseban release {run}、取りやめるなら miseban cancel {run}",
        "run {run} is held and needs your decision (see miseban report {run}): miseban release {run} sends its updates, miseban cancel {run} discards them"
    ))
}

/// The error for a run that was not started.
pub(super) fn refusal(refused: StartRunError, kind: RunKind) -> CommandError {
    let command = labels::command(kind);
    let kind = kind.as_str();
    match refused {
        StartRunError::AlreadyOpen(id) => CommandError::Usage(text!(
            "{kind} の実行 {id} がまだ終わっていません。続きから始めるには: miseban {command} --resume",
            "run {id} of kind {kind} is still open; to continue it: miseban {command} --resume"
        )),
        StartRunError::UnknownAccount(account) => unknown_account(&account),
        StartRunError::InactiveAccount(account) => inactive_account(&account),
        StartRunError::Store(error) => error.into(),
        StartRunError::Cache(error) => error.into(),
        StartRunError::NotSent(id, error) => CommandError::Failed(text!(
            "実行 {id} の仕事をキューに入れられませんでした({error})。続きは: miseban {command} --resume",
            "the jobs of run {id} could not be put into the queue ({error}); to continue: miseban {command} --resume"
        )),
    }
}

pub(super) fn unknown_account(account: &AccountId) -> CommandError {
    CommandError::Usage(text!(
        "ショップ {account} はショップ一覧にありません。idを確かめてください(miseban status で見られます)",
        "account {account} is not in the accounts file: check the id (miseban status lists them)"
    ))
}

pub(super) fn inactive_account(account: &AccountId) -> CommandError {
    CommandError::Usage(text!(
        "ショップ {account} は停止中です。ショップ一覧で active = true にしてください",
        "account {account} is inactive: set active = true in the accounts file"
    ))
}
