//! Opens the run that a command works on: a new one, or with `--resume` the open one; and says why there is
//! none.

use crate::cli::StartRunArgs;
use app::wiring::App;
use producer::{RunOrder, StartRunError, not_started, resume_run, start_run};
use shared::domain::run::{RunId, RunKind, RunState};
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::text;

/// Starts a new run; with `--resume` continues the open one, `None` when there is none.
pub(super) async fn open_run(
    args: &StartRunArgs,
    app: &App,
) -> Result<Option<RunId>, CommandError> {
    if args.resume {
        return resume(args.kind, app).await;
    }
    if args.kind == RunKind::Register {
        return Err(needs_file());
    }
    start(args, app).await.map(Some)
}

async fn resume(kind: RunKind, app: &App) -> Result<Option<RunId>, CommandError> {
    let ctx = &app.ctx;
    let open = ctx.store.runs(true, u32::MAX).await?;
    let Some(run) = open.into_iter().find(|run| run.kind == kind) else {
        return Ok(None);
    };
    let id = run.id;
    if run.state == RunState::Held {
        return Err(held(id));
    }
    let resumed = resume_run(id, &*ctx.store, &*ctx.queue).await;
    resumed.map(|()| Some(id)).map_err(|error| {
        CommandError::Failed(text!(
            "実行 {id} を再開できません({error})",
            "run {id} cannot be resumed ({error})",
            error = cause(&error),
        ))
    })
}

async fn start(args: &StartRunArgs, app: &App) -> Result<RunId, CommandError> {
    let order = RunOrder {
        account: args.account.clone(),
        max_items: args.max_items,
        dry_run: args.dry_run,
        ..RunOrder::new(args.kind)
    };
    match start_run(order, &app.ctx).await {
        Ok(started) => Ok(started.id),
        Err(StartRunError::AlreadyOpen(id)) if is_held(id, app).await? => Err(held(id)),
        Err(error) => Err(not_started(error, args.kind)),
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

pub(super) fn needs_file() -> CommandError {
    CommandError::Usage(text!(
        "register にはASINのファイルとショップが要ります: miseban register FILE --account ID",
        "register needs a file of ASINs and a shop: miseban register FILE --account ID"
    ))
}
