//! The log, on stderr: stdout belongs to results. It never blocks or ends the work.

use crate::background_writer;
use crate::config::{Settings, table};
use clap::ValueEnum;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;
use ui::command_error::CommandError;
use ui::message::text;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The filter of a long-running program, which logs what it does. `sqlx` (and `sqlx_core`, which it covers)
/// warns at each attempt during an outage; its errors reach our own code, which warns at its pace.
pub const AT_WORK: &str = "info,sqlx=off";
/// The filter of a command that prints its result: it logs only warnings and errors.
pub const AT_REST: &str = "warn,sqlx=off";

/// Starts the log with the filter of the settings, or else the `usual` one.
///
/// # Errors
///
/// [`CommandError::Usage`] for a `RUST_LOG` that is not a filter.
pub fn start(settings: &Settings, usual: &str, format: LogFormat) -> Result<(), CommandError> {
    let wanted = settings.log_filter.as_deref().unwrap_or(usual);
    // Not the value, nor the error, which quotes it: it may be a secret that got into a wrong line.
    let filter = EnvFilter::try_new(wanted).map_err(|_| {
        let (name, (accepts_ja, accepts_en)) = (table::RUST_LOG.name, table::RUST_LOG.accepts);
        CommandError::Usage(text!(
            "設定 {name} は使えません。使える値: {accepts_ja}",
            "setting {name} is not accepted; accepted: {accepts_en}"
        ))
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        // Otherwise an event that cannot be written is reported on stderr, which then panics.
        .log_internal_errors(false)
        .with_writer(background_writer::stderr);
    // A log that was started before, as in tests, stays in use.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    Ok(())
}
