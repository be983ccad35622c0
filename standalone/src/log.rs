//! The log, on stderr: stdout belongs to results.

use crate::cli::{Command, LogFormat};
use crate::config::{Settings, table};
use crate::say::{Failure, text};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts the log. What works unseen tells what it does; what shows its progress tells only when
/// something is wrong.
///
/// # Errors
///
/// [`Failure::Usage`] for a `RUST_LOG` that is no filter.
pub fn start(settings: &Settings, command: &Command, format: LogFormat) -> Result<(), Failure> {
    let usual = match command {
        Command::Serve => "info,sqlx=warn",
        _ => "warn",
    };
    let wanted = settings.log_filter.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(wanted).map_err(|error| {
        let (name, (accepts_ja, accepts_en)) = (table::RUST_LOG.name, table::RUST_LOG.accepts);
        Failure::Usage(text!(
            "設定 {name} = {wanted:?} は使えません({error})。使える値: {accepts_ja}",
            "setting {name} = {wanted:?} is not accepted ({error}); accepted: {accepts_en}"
        ))
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A log that was started before, as tests do, stays.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    Ok(())
}
