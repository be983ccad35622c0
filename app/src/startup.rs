//! Building the app for a long-running program, retried while a server is unavailable.
//!
//! Containers start in any order, and a database that replays its log after a power cut needs time.
//! A command that a person waits for uses [`build_once`], which fails at once.

use crate::config::Settings;
use crate::run_mode::RunMode;
use crate::warning_pace::WARNINGS;
use crate::wiring::{self, App};
use adapters::store::SqlStore;
use backon::{ExponentialBuilder, Retryable as _};
use std::time::{Duration, Instant};
use ui::command_error::CommandError;

/// After this time the program ends; its supervisor starts it again.
const RETRY_FOR: Duration = Duration::from_secs(60);
const MIN_DELAY: Duration = Duration::from_millis(500);
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Opens the database of the settings and builds a live app over it.
///
/// # Errors
///
/// As [`wiring::build`]; a database that cannot be opened.
pub async fn build_once(settings: &Settings) -> Result<App, CommandError> {
    let store = SqlStore::open(settings.database_url.expose()).await?;
    wiring::build(settings, RunMode::Live, &store).await
}

/// As [`build_once`], retried for a minute while a server is unavailable.
///
/// # Errors
///
/// At once an error that a person has to correct; after a minute the last [`CommandError::Away`].
pub async fn build(settings: &Settings) -> Result<App, CommandError> {
    let begun = Instant::now();
    let delays = ExponentialBuilder::default()
        .with_min_delay(MIN_DELAY)
        .with_max_delay(MAX_DELAY)
        .without_max_times();
    (|| build_once(settings))
        .retry(delays)
        .when(|error| matches!(error, CommandError::Away(_)) && begun.elapsed() < RETRY_FOR)
        .notify(|error, delay| {
            let what = format!("a server is unavailable at start; retrying in {delay:?}");
            WARNINGS.warn(&what, error);
        })
        .await
}
