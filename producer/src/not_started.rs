//! The error messages for a run that could not be started.

use crate::start_run::StartRunError;
use shared::domain::account::AccountId;
use shared::domain::run::RunKind;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::labels;
use ui::message::text;

/// The error for a run that was not started.
pub fn not_started(refused: StartRunError, kind: RunKind) -> CommandError {
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
            "the jobs of run {id} could not be put into the queue ({error}); to continue: miseban {command} --resume",
            error = cause(&error),
        )),
    }
}

/// The accounts file has no such shop.
pub fn unknown_account(account: &AccountId) -> CommandError {
    CommandError::Usage(text!(
        "ショップ {account} はショップ一覧にありません。idを確かめてください(miseban status で見られます)",
        "account {account} is not in the accounts file: check the id (miseban status lists them)"
    ))
}

/// The shop gets no requests.
pub fn inactive_account(account: &AccountId) -> CommandError {
    CommandError::Usage(text!(
        "ショップ {account} は停止中です。ショップ一覧で active = true にしてください",
        "account {account} is inactive: set active = true in the accounts file"
    ))
}
