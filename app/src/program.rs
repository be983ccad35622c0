//! How a program of ours runs and ends: the runtime, the last word on stderr, the exit code.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::io::Write as _;
use std::process::ExitCode;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;

/// Runs `work` to its end.
///
/// # Errors
///
/// What the work could not do, or a runtime that cannot be made.
pub fn block_on(
    work: impl Future<Output = Result<Exit, CommandError>>,
) -> Result<Exit, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(work);
    // A call that hangs must not keep the program from ending.
    runtime.shutdown_background();
    ended
}

/// Says on stderr why a program ended early, and gives the exit code. That stderr is gone is no
/// reason to end in another way.
pub fn finish(ended: Result<Exit, CommandError>, lang: Lang) -> ExitCode {
    let exit = ended.unwrap_or_else(|failure| {
        let (said, exit) = failure.verdict();
        if let Some(text) = said {
            let _ = writeln!(std::io::stderr(), "miseban: {}", text.of(lang));
        }
        exit
    });
    ExitCode::from(exit.code())
}

/// Writes one line to stdout.
///
/// # Errors
///
/// When stdout is gone.
pub fn print(line: &str) -> Result<(), CommandError> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Parses `--lang ja` and `--lang en`.
pub fn lang_parser() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(["ja", "en"]).map(|word| Lang::parse(&word).unwrap_or_default())
}
