//! `release RUN` and `cancel RUN`: a person's decisions about a run.

use crate::commands::find_run::find_run;
use crate::commands::follow_run::Workers;
use crate::commands::run::{Followed, carry_out, send_end, show};
use crate::database::CommandStore;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::config::Settings;
use app::run_mode::RunMode;
use app::wiring;
use chrono::{DateTime, Utc};
use producer::resume_run;
use shared::domain::run::{RunId, RunState};
use shared::ports::store::{RunRow, Store};
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, Text, text};
use ui::report;

/// Releases the updates that `run` holds, and sends them in this process, unless another process is
/// working on the database and sends them.
///
/// # Errors
///
/// [`CommandError::Usage`] for an unknown run, or one that holds nothing; otherwise as `run`.
pub async fn release(
    run: &str,
    store: &CommandStore,
    settings: &Settings,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let (rows, now) = store.existing_now().await?;
    let id = release_updates(run, rows, now).await?;
    let Ok(lock) = WorkLock::unless_shared(settings) else {
        out.line(&sent_by_others(id))?;
        return Ok(Exit::Done);
    };
    let app = wiring::build(settings, RunMode::Live, rows).await?;
    resume_run(id, &*app.ctx.store, &*app.ctx.queue)
        .await
        .map_err(|error| not_sent(id, &error))?;
    if lock.is_none() {
        out.line(&sent_by_others(id))?;
        return Ok(Exit::Done);
    }
    let work = carry_out(id, &app, Workers::Here, out.lang);
    match WorkLock::during(lock.as_ref(), work).await? {
        Followed::Ended(report) => {
            let shown = show(&report, out);
            send_end(&report, settings, store).await;
            shown
        }
        Followed::Stopped(exit) => {
            let message = text!(
                "止めました。残りは次の miseban serve か run が送ります",
                "stopped; the next miseban serve or run sends the rest"
            );
            print_status(message.of(out.lang));
            Ok(exit)
        }
    }
}

/// Releases the updates that `run` holds, without sending them.
///
/// # Errors
///
/// As [`release`].
pub async fn release_updates(
    run: &str,
    store: &dyn Store,
    now: DateTime<Utc>,
) -> Result<RunId, CommandError> {
    let RunRow { id, state, .. } = find_run(run, store).await?;
    match store.release_run(id, now).await? {
        Some(count) => {
            tracing::info!(run.id = %id, count, "released run {id}: {count} updates queued");
            Ok(id)
        }
        None => Err(holds_nothing(id, state)),
    }
}

/// Ends an open run: discards its updates that are held or not begun, and prints its report. A run that was
/// cancelled before is no error.
///
/// # Errors
///
/// [`CommandError::Usage`] for an unknown run, or one that has ended otherwise.
pub async fn cancel(
    run: &str,
    store: &dyn Store,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let id = find_run(run, store).await?.id;
    if let Some(count) = store.cancel_run(id, now).await? {
        tracing::info!(run.id = %id, count, "cancelled run {id}: {count} updates discarded");
    }
    let report = store.report(id, now).await?;
    let report = report.filter(|report| report.state == RunState::Cancelled);
    let Some(report) = report else {
        return Err(has_ended(&find_run(run, store).await?));
    };
    store.keep_report(&report).await?;
    out.show(&report, report::render)?;
    Ok(Exit::Done)
}

fn has_ended(run: &RunRow) -> CommandError {
    let id = run.id;
    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| ui::labels::state(run.state, lang));
    CommandError::Usage(text!(
        "実行 {id} はもう終わっています(状態: {ja})。取りやめるものはありません",
        "run {id} has ended already (its state: {en}): there is nothing to cancel"
    ))
}

fn holds_nothing(run: RunId, state: RunState) -> CommandError {
    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| ui::labels::state(state, lang));
    CommandError::Usage(text!(
        "実行 {run} には確認を待っている更新がありません(状態: {ja})。miseban status で見られます",
        "run {run} holds no updates (its state: {en}); see miseban status"
    ))
}

fn sent_by_others(run: RunId) -> Text {
    text!(
        "実行 {run} の更新を送信待ちにしました。実行中の店番が送信し、終われば報告します(状況は miseban status)",
        "the updates of run {run} are released: the program that is running sends them and reports the result (see miseban status)"
    )
}

fn not_sent(run: RunId, error: &producer::ResumeError) -> CommandError {
    CommandError::Failed(text!(
        "実行 {run} の更新は送信待ちになりましたが、キューに入れられませんでした({error})。次の miseban serve か producer serve が送信します",
        "the updates of run {run} are released, but could not be put into the queue ({error}); the next miseban serve or producer serve sends them",
        error = cause(&error),
    ))
}
