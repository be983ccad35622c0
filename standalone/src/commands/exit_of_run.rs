//! The exit code of a command that did a run: only a run that achieved what it was for ends with 0
//! (`docs/exit-codes.md`).

use crate::progress::print_status;
use shared::domain::report::Report;
use shared::domain::run::RunState;
use ui::command_error::Exit;
use ui::message::Lang;
use ui::report::held_back;

/// The exit code; on stderr, says what to do if the run is held.
pub(super) fn exit_of(report: &Report, lang: Lang) -> Exit {
    if report.state == RunState::Held
        && let Some(advice) = held_back(report)
    {
        print_status(advice.of(lang));
    }
    match report.state {
        RunState::Done => Exit::Done,
        _ => Exit::Failed,
    }
}
