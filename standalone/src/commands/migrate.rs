//! `migrate`: reports the schema version. The upgrade itself happens when the database is opened.

use crate::output::CommandOutput;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// Prints the version before and after; 0 is an empty database.
pub fn report((from, to): (i64, i64), out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    let text = if from == to {
        text!(
            "データベースは最新です(データ形式 {to})",
            "the database is up to date (schema version {to})"
        )
    } else {
        text!(
            "データベースを更新しました(データ形式 {from} から {to})",
            "the database was upgraded from schema version {from} to {to}"
        )
    };
    out.line(&text)?;
    Ok(Exit::Done)
}
