//! `report [RUN]`: prints the report of a run.

use super::find_run::find_run;
use crate::output::CommandOutput;
use chrono::{DateTime, Utc};
use shared::domain::run::RunId;
use shared::ports::store::Store;
use ui::command_error::{CommandError, Exit};
use ui::message::text;
use ui::report::render;

/// Prints the report of `run`, or of the newest run.
///
/// # Errors
///
/// [`CommandError::Usage`] for an unknown or ambiguous id; [`CommandError::Failed`] before the first
/// run.
pub async fn report(
    store: &dyn Store,
    run: Option<&str>,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let id = match run {
        Some(given) => find_run(given, store).await?.id,
        None => newest(store).await?,
    };
    let found = store.report(id, now).await?;
    let report = found.ok_or_else(no_run)?;
    out.show(&report, render)?;
    Ok(Exit::Done)
}

async fn newest(store: &dyn Store) -> Result<RunId, CommandError> {
    let runs = store.runs(false, 1).await?;
    runs.first().map(|run| run.id).ok_or_else(no_run)
}

fn no_run() -> CommandError {
    CommandError::Failed(text!(
        "まだ一度も実行していません。miseban run price-stock --dry-run で試せます",
        "there is no run yet; try miseban run price-stock --dry-run"
    ))
}
