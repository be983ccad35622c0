//! `migrate`: says what became of the schema. The database is brought to it where it is opened.

use crate::output::CommandOutput;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// Tells from which version to which the database went; 0 is an empty one.
pub fn report(from: i64, to: i64, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    let text = if from == to {
        text!(
            "データベースは最新です(版 {to})",
            "the database is at the newest schema (version {to})"
        )
    } else {
        text!(
            "データベースを版 {from} から版 {to} にしました",
            "the database went from schema version {from} to {to}"
        )
    };
    out.line(&text)?;
    Ok(Exit::Done)
}
