//! `run`: a whole run in this process, from the listed ASINs to the report.

use crate::cli::StartRunArgs;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::{ProgressDisplay, print_status};
use adapters::clock::SystemClock;
use app::config::Settings;
use app::health::Health;
use app::run_mode::RunMode;
use app::signal::signal;
use app::wiring::{self, App};
use producer::notices::{NotificationPolicy, Notifications};
use producer::{RunOrder, StartRunError, resume_run, start_run};
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
use std::sync::Arc;
use std::time::Duration;
use ui::command_error::{CommandError, Exit};
use ui::labels;
use ui::message::{Lang, text};
use ui::report;
use worker::shift::Shift;

/// Between two looks at the run's rows.
const POLL_EVERY: Duration = Duration::from_millis(200);

/// How a run that was followed has ended.
pub enum Followed {
    /// It has its report. One that is held is open, and followed no further.
    Ended(Box<Report>),
    /// A signal came first; the run is open and can be resumed.
    Stopped(Exit),
}

/// Does one run and prints its report.
///
/// # Errors
///
/// Wrong settings, an open run of the same kind, a database that is away.
pub async fn run(
    args: &StartRunArgs,
    settings: &Settings,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    if args.kind == RunKind::Register && !args.resume {
        return Err(needs_file());
    }
    match run_to_end(args, settings, out.lang).await? {
        Followed::Ended(report) => {
            let exit = show(&report, out)?;
            if !args.dry_run {
                send_notices(settings).await;
            }
            Ok(exit)
        }
        Followed::Stopped(exit) => {
            let command = labels::command(args.kind);
            let message = text!(
                "止めました。済んだ分は残っています。続きは: miseban {command} --resume",
                "stopped; what is done is kept. To go on: miseban {command} --resume"
            );
            print_status(message.of(out.lang));
            Ok(exit)
        }
    }
}

/// Prints the report of a run that was followed; says on stderr when it waits for a person.
///
/// # Errors
///
/// When stdout is gone.
pub fn show(report: &Report, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    out.show(report, report::render)?;
    if report.state == RunState::Held
        && let Some(advice) = report::held_back(report)
    {
        print_status(advice.of(out.lang));
    }
    Ok(match report.state {
        RunState::Done if !report::lacks_a_shop(report) => Exit::Done,
        _ => Exit::Failed,
    })
}

/// Sends what there is to tell, once: `serve` and `producer serve` go on with what is not taken now. The
/// run is over and its report printed, so that nothing waits for it but the prompt, and nothing that goes
/// wrong here changes how the run has ended.
pub(super) async fn send_notices(settings: &Settings) {
    if let Err(failure) = try_to_send(settings).await {
        tracing::warn!(%failure, "people cannot be told now");
    }
}

async fn try_to_send(settings: &Settings) -> Result<(), CommandError> {
    let channels = wiring::channels(settings)?;
    if channels.is_empty() {
        return Ok(());
    }
    let store = Arc::new(wiring::open_store(settings).await?);
    let policy = NotificationPolicy::from_settings(settings);
    let notifications = Notifications::new(store, Arc::new(SystemClock), channels, policy);
    tokio::select! {
        stopped = signal() => stopped.map(|_| ()),
        () = notifications.deliver_now() => Ok(()),
    }
}

/// Does one run, from opening the app to closing it.
///
/// # Errors
///
/// As [`run`].
pub async fn run_to_end(
    args: &StartRunArgs,
    settings: &Settings,
    lang: Lang,
) -> Result<Followed, CommandError> {
    if settings.redis.is_some() && !args.dry_run {
        return start_and_follow(args, settings, lang).await;
    }
    let _lock = WorkLock::unless_shared(settings)?;
    let mode = if args.dry_run {
        RunMode::DryRun
    } else {
        RunMode::Live
    };
    let app = wiring::build(settings, mode).await?;
    let run = open_run(args, &app).await?;
    carry_out(run, &app, false, lang).await
}

/// Follows `run` to its end. With a shared queue the workers do it; else this process does.
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
        return follow(run, app, lang).await;
    }
    wiring::open_for_work(app).await?;
    let shift = Shift::begin(app, &Health::default());
    let followed = follow(run, app, lang).await;
    shift.end().await;
    followed
}

fn needs_file() -> CommandError {
    CommandError::Usage(text!(
        "register にはASINのファイルとショップが要ります: miseban register FILE --account ID",
        "register needs a file of ASINs and a shop: miseban register FILE --account ID"
    ))
}

/// With a shared queue the workers do the run; this process starts it and looks on.
async fn start_and_follow(
    args: &StartRunArgs,
    settings: &Settings,
    lang: Lang,
) -> Result<Followed, CommandError> {
    let app = wiring::build(settings, RunMode::Live).await?;
    let run = open_run(args, &app).await?;
    follow(run, &app, lang).await
}

/// The run of the order: a new one, or with `--resume` the open one.
async fn open_run(args: &StartRunArgs, app: &App) -> Result<RunId, CommandError> {
    let ctx = &app.ctx;
    if args.resume {
        let open_run = ctx.store.runs(true, u32::MAX).await?;
        if let Some(run) = open_run.into_iter().find(|run| run.kind == args.kind) {
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
        "実行 {run} が確認を待っています(miseban report {run} で見られます)。更新を送るなら miseban release {run}、取りやめるなら miseban cancel {run}",
        "run {run} waits for you (see miseban report {run}): miseban release {run} sends its updates, miseban cancel {run} drops them"
    ))
}

/// What is said of a run that was refused.
pub(super) fn refusal(refused: StartRunError, kind: RunKind) -> CommandError {
    let command = labels::command(kind);
    let kind = kind.as_str();
    match refused {
        StartRunError::AlreadyOpen(id) => CommandError::Usage(text!(
            "{kind} の実行 {id} がまだ終わっていません。続きから始めるには: miseban {command} --resume",
            "run {id} of kind {kind} is still open; to go on with it: miseban {command} --resume"
        )),
        StartRunError::UnknownAccount(account) => CommandError::Usage(text!(
            "ショップ {account} はショップ一覧にありません。idを確かめてください(miseban status で見られます)",
            "account {account} is not in the accounts file: check the id (miseban status lists them)"
        )),
        StartRunError::InactiveAccount(account) => CommandError::Usage(text!(
            "ショップ {account} は停止中です。ショップ一覧で active = true にしてください",
            "account {account} is inactive: set active = true in the accounts file"
        )),
        StartRunError::Store(error) => error.into(),
        StartRunError::Cache(error) => error.into(),
        StartRunError::NotSent(id, error) => CommandError::Failed(text!(
            "実行 {id} の仕事を配れませんでした({error})。続きは: miseban {command} --resume",
            "the jobs of run {id} could not be sent ({error}); to go on: miseban {command} --resume"
        )),
    }
}

/// Shows the run's progress until it has ended or a signal comes.
///
/// # Errors
///
/// When the database cannot be read, or signals cannot be listened to.
pub async fn follow(run: RunId, app: &App, lang: Lang) -> Result<Followed, CommandError> {
    let mut progress = ProgressDisplay::new(lang);
    let ended = tokio::select! {
        stopped = signal() => stopped.map(Followed::Stopped),
        report = wait_for_end(run, app, &mut progress) => report.map(Followed::Ended),
    };
    progress.end();
    ended
}

async fn wait_for_end(
    run: RunId,
    app: &App,
    progress: &mut ProgressDisplay,
) -> Result<Box<Report>, CommandError> {
    let store = &app.ctx.store;
    loop {
        let view = store.run_view(run).await?;
        if !view.state.is_open() || view.state == RunState::Held {
            break;
        }
        progress.show(&view);
        tokio::time::sleep(POLL_EVERY).await;
    }
    let report = store.report(run, app.ctx.clock.now()).await?;
    report.map(Box::new).ok_or_else(|| {
        CommandError::Failed(text!(
            "実行 {run} の記録がありません",
            "there is no record of run {run}"
        ))
    })
}
