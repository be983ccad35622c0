//! Runs and ends a program: the runtime, the error message on stderr, the exit code.

use crate::background_writer;
use crate::config::environment;
use crate::log::LogFormat;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;
use ui::command_error::{CommandError, Exit};
use ui::message::{Lang, Text};

/// How long the end of a program waits for its last lines to be written.
const LAST_LINES_WITHIN: Duration = Duration::from_secs(2);

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

/// Whether this program runs in a container, whose loopback no browser reaches. The image, and podman, set
/// the variable: <https://systemd.io/CONTAINER_INTERFACE>.
pub fn in_container() -> bool {
    environment("container").is_some_and(|manager| !manager.is_empty())
}

/// Writes the reason of an early end to stderr and returns the exit code, which a stderr that
/// cannot be written does not change.
pub fn finish(ended: Result<Exit, CommandError>, lang: Lang) -> ExitCode {
    let exit = ended.unwrap_or_else(|error| {
        let (message, exit) = error.verdict();
        if let Some(text) = message {
            background_writer::stderr().line(&format!("miseban: {}", text.of(lang)));
        }
        exit
    });
    background_writer::stderr().wait_until_written(LAST_LINES_WITHIN);
    ExitCode::from(exit.code())
}

/// Tells a person at the terminal what a long-running program does, on stderr; nothing in a log for machines.
pub fn say(text: &Text, lang: Lang, format: LogFormat) {
    if format == LogFormat::Text {
        background_writer::stderr().line(text.of(lang));
    }
}

/// Writes one line to stdout, without control characters. A closed pipe is not an error, and does not change the exit code.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn print(line: &str) -> Result<(), CommandError> {
    let (mut out, line) = (io::stdout(), ui::layout::clean_lines(line));
    unless_closed(writeln!(out, "{line}").and_then(|()| out.flush()))
}

/// Nobody reads the rest of an output whose pipe is closed: the command continues without it.
///
/// # Errors
///
/// Any other failure to write.
pub fn unless_closed(written: io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Parses `--lang ja` and `--lang en`, and lists both in the help.
pub fn lang_parser() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new([
        PossibleValue::new("ja").help("Japanese"),
        PossibleValue::new("en").help("English"),
    ])
    .map(|word| Lang::parse(&word).unwrap_or_default())
}
