//! A start that waits for what it rests on: containers start in any order, and a database that reads
//! its log after a power cut takes its time. For programs that nobody looks at; a command that a
//! person waits for fails at once.

use crate::config::Settings;
use crate::say::Failure;
use crate::wiring::{self, Earnest, House};
use backon::{ExponentialBuilder, Retryable as _};
use std::time::{Duration, Instant};

/// What is still away then will not come by waiting. It is looked for anew with the next start.
const WAITS_FOR: Duration = Duration::from_secs(60);
/// First and longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// As [`wiring::build`] in earnest, tried again for a minute while something is away that may come
/// back by itself.
///
/// # Errors
///
/// At once what a person has to mend; after a minute what was away at last.
pub async fn build(settings: &Settings) -> Result<House, Failure> {
    let begun = Instant::now();
    let pauses = ExponentialBuilder::default()
        .with_min_delay(PAUSES.0)
        .with_max_delay(PAUSES.1)
        .without_max_times();
    (|| wiring::build(settings, Earnest::Real))
        .retry(pauses)
        .when(|failure| matches!(failure, Failure::Away(_)) && begun.elapsed() < WAITS_FOR)
        .notify(|failure, pause| {
            tracing::warn!(%failure, "the start waits, and tries again in {pause:?}");
        })
        .await
}
