//! How often people are warned that a server is away: once a minute, whatever the number of callers,
//! servers and lines of code that meet it.

use crate::lock::lock;
use std::fmt::Display;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The warnings of this process.
pub static WARNINGS: WarningPace = WarningPace(Mutex::new(None));

/// The shortest time between two warnings.
const EVERY: Duration = Duration::from_secs(60);

/// When the last warning was given.
#[derive(Debug)]
pub struct WarningPace(Mutex<Option<Instant>>);

impl WarningPace {
    /// Logs `what` happened with its cause: as a warning if one is due, else for debugging.
    pub fn warn(&self, what: &str, error: &impl Display) {
        if self.is_due() {
            tracing::warn!(%error, "{what}");
        } else {
            tracing::debug!(%error, "{what}");
        }
    }

    /// Whether a warning is due now; the caller gives it if it is.
    pub fn is_due(&self) -> bool {
        let now = Instant::now();
        let mut last = lock(&self.0);
        let is_due = last.is_none_or(|last| now.saturating_duration_since(last) >= EVERY);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_warning_is_due_once_a_minute() {
        let pace = WarningPace(Mutex::new(None));
        let mut due = Vec::new();

        for second in 0..150 {
            due.extend(pace.is_due().then_some(second));
            advance(Duration::from_secs(1)).await;
        }

        assert_eq!(due, [0, 60, 120]);
    }
}
