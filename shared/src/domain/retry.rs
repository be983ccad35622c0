//! What happens after a failure: the verdict's table, in one place.

use std::time::Duration;

/// What to do about a failure, decided where the failure is born.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The quota or the vendor said "later": come back after this time, no attempt is spent.
    Wait(Duration),
    /// A passing fault: try again after a growing delay, an attempt is spent.
    TryAgain,
    /// This job will not succeed, others may.
    GiveUp,
    /// No job of this kind can succeed until a person has acted.
    Stop,
}

/// How often a job is tried and how long it waits in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryTable {
    delays: Vec<Duration>,
}

impl Default for RetryTable {
    /// Three attempts, 2 s and 10 s apart: a batch that waits longer than one period of the lane
    /// (10 s) costs freshness and wins nothing, and what is given up is asked again in the backfill.
    fn default() -> Self {
        Self {
            delays: vec![Duration::from_secs(2), Duration::from_secs(10)],
        }
    }
}

impl RetryTable {
    /// One attempt more than there are `delays`.
    pub fn new(delays: Vec<Duration>) -> Self {
        Self { delays }
    }

    /// How often a job is tried.
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.delays.len()).map_or(u32::MAX, |delays| delays.saturating_add(1))
    }

    /// The pause after the failed attempt number `attempt` (1 is the first); `None` after the last.
    pub fn delay_after(&self, attempt: u32) -> Option<Duration> {
        let place = usize::try_from(attempt.checked_sub(1)?).ok()?;
        self.delays.get(place).copied()
    }
}
