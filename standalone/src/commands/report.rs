//! `report [RUN]`: prints the report of a run.

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
/// [`CommandError::Usage`] for an invalid or unknown id; [`CommandError::Failed`] before the first
/// run.
pub async fn report(
    store: &dyn Store,
    run: Option<&str>,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let id = match run {
        Some(given) => RunId::parse(given).ok_or_else(|| unknown(given))?,
        None => newest(store).await?,
    };
    let found = store.report(id, now).await?;
    let report = found.ok_or_else(|| unknown(&id.to_string()))?;
    out.show(&report, render)?;
    Ok(Exit::Done)
}

async fn newest(store: &dyn Store) -> Result<RunId, CommandError> {
    let runs = store.runs(false, 1).await?;
    runs.first().map(|run| run.id).ok_or_else(|| {
        CommandError::Failed(text!(
            "まだ一度も実行していません。miseban run price-stock --dry-run で試せます",
            "there is no run yet; try miseban run price-stock --dry-run"
        ))
    })
}

/// The error for an unknown run.
pub(crate) fn unknown(given: &str) -> CommandError {
    let shown: String = given.chars().take(40).collect();
    CommandError::Usage(text!(
        "実行 {shown:?} はありません。miseban status で実行のIDを見られます",
        "there is no run {shown:?}; miseban status lists the ids of runs"
    ))
}
