//! Runs and ends a program: the runtime, the error message on stderr, the exit code.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::io::Write as _;
use std::process::ExitCode;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;

/// Runs `work` to its end.
///
/// # Errors
///
/// The error of the work, or a runtime that cannot be built.
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

/// Writes the reason of an early end to stderr and returns the exit code, which a closed stderr
/// does not change.
pub fn finish(ended: Result<Exit, CommandError>, lang: Lang) -> ExitCode {
    let exit = ended.unwrap_or_else(|error| {
        let (message, exit) = error.verdict();
        if let Some(text) = message {
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
/// When stdout cannot be written.
pub fn print(line: &str) -> Result<(), CommandError> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Parses `--lang ja` and `--lang en`, and lists both in the help.
pub fn lang_parser() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new([
        PossibleValue::new("ja").help("Japanese"),
        PossibleValue::new("en").help("English"),
    ])
    .map(|word| Lang::parse(&word).unwrap_or_default())
}
