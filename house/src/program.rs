//! How a program of ours runs and ends: the runtime, the last word on stderr, the exit code.

use crate::say::{Exit, Failure, Lang};
use std::io::Write as _;
use std::process::ExitCode;

/// Runs `work` to its end.
///
/// # Errors
///
/// What the work could not do, or a runtime that cannot be made.
pub fn block_on(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
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
pub fn finish(ended: Result<Exit, Failure>, lang: Lang) -> ExitCode {
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
pub fn print(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
