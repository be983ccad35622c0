//! What happens after a failure: the verdict's table, in one place.

use std::time::Duration;

/// What to do about a failure, decided where the failure is born.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The quota or the vendor said "later": come back after this time, no attempt is spent.
    Wait(Duration),
    /// What every job needs (database, queue, limiter) is away: no attempt is spent, and whoever ran the
    /// job does nothing for this time, since nothing else would get through either.
    Rest(Duration),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_job_is_tried_three_times_2_and_10_seconds_apart() {
        let table = RetryTable::default();

        let delays = [1, 2, 3, 4].map(|attempt| table.delay_after(attempt));

        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(table.attempts(), 3);
        assert_eq!(delays, [seconds(2), seconds(10), None, None]);
    }

    #[test]
    fn an_attempt_that_was_not_made_has_no_delay() {
        assert_eq!(RetryTable::default().delay_after(0), None);
    }

    #[test]
    fn a_table_without_delays_tries_once() {
        let once = RetryTable::new(Vec::new());

        assert_eq!(once.attempts(), 1);
        assert_eq!(once.delay_after(1), None);
    }

    proptest! {
        #[test]
        fn every_attempt_but_the_last_has_a_delay(seconds in prop::collection::vec(0_u64..60, 0..9)) {
            let table = RetryTable::new(seconds.into_iter().map(Duration::from_secs).collect());

            let given_up_at = (1..20).find(|attempt| table.delay_after(*attempt).is_none());

            prop_assert_eq!(given_up_at, Some(table.attempts()));
        }
    }
}
