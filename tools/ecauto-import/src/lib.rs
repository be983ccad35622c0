//! Import from ecauto, the predecessor of Miseban.
//!
//! [`read`] reads its `SQLite` file and checks every listing: a listing is imported, or left out
//! for a reason that is counted and shown. Prices and stock are not imported, since the first run
//! asks Amazon. `miseban import ecauto` stores the listings and prints the [`TakeoverSummary`].

mod file;
mod issue;
mod row;
mod summary;
mod takeover;
#[cfg(test)]
mod tests;

pub use issue::DataIssue;
pub use summary::{TakeoverSummary, render};
pub use takeover::{IssueExample, IssueRows, Takeover, UnusedTable};

use file::OldFileError;
use shared::domain::account::AccountId;
use std::path::Path;
use ui::command_error::CommandError;
use ui::message::text;

/// Reads and checks the file at `path`; `accounts` are the shops that listings may belong to.
///
/// # Errors
///
/// [`CommandError::Usage`] for a file that is not the predecessor's, [`CommandError::Failed`] for
/// one that cannot be read. The file is never changed.
pub async fn read(path: &Path, accounts: &[AccountId]) -> Result<Takeover, CommandError> {
    match file::read(path).await {
        Ok(old) => Ok(Takeover::of(&old, accounts)),
        Err(error) => Err(unreadable(path, error)),
    }
}

fn unreadable(path: &Path, error: OldFileError) -> CommandError {
    let shown = path.display();
    match error {
        OldFileError::Absent => CommandError::Usage(text!(
            "{shown} がありません。ファイル名を確かめてください",
            "there is no {shown}: check the name of the file"
        )),
        OldFileError::Foreign(lacks) => {
            let lacks = lacks.join(", ");
            CommandError::Usage(text!(
                "{shown} は前のシステムのデータベースではありません({lacks} がありません)。products と listings の入ったファイルを指定してください",
                "{shown} is not a database of ecauto (it lacks {lacks}): choose the file with the tables products and listings"
            ))
        }
        OldFileError::Unreadable(why) => CommandError::Failed(text!(
            "{shown} を読めません({why})。前のシステムを止め、ファイルの写しを作って、それを指定してみてください",
            "{shown} cannot be read ({why}): stop ecauto, copy the file, and try the copy"
        )),
    }
}
