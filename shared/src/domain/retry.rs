//! The retry policy: what a job does after a failure, and the delays between its attempts.

use std::time::Duration;

/// The reaction to a failure, decided beside the error that causes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The quota or the vendor says "later": retry after this time without spending an attempt.
    Wait(Duration),
    /// A service that every job needs (database, queue, limiter) is down: no attempt is spent, and
    /// the worker pauses for this time, since other jobs would fail too.
    Pause(Duration),
    /// Such a service refuses what it is asked. As [`Remedy::Pause`], since that may pass; as
    /// [`Remedy::Stop`] when it has refused for [`PATIENCE`] and no job has succeeded meanwhile.
    PauseThenStop(Duration),
    /// A transient fault: retry after a growing delay; an attempt is spent.
    TryAgain,
    /// This job cannot succeed, others may.
    GiveUp,
    /// No job of this kind can succeed until a person acts.
    Stop,
}

/// How long a service may refuse every job before a person has to act. Longer than a fail-over, a full
/// pooler or a right that is taken for a moment; an open run blocks the next one of its kind.
pub const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// The number of attempts of a job and the delays between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryTable {
    delays: Vec<Duration>,
}

impl Default for RetryTable {
    /// Three attempts, 2 s and 10 s apart. Waiting longer than one period of the lane (10 s) costs
    /// freshness without a gain, and the backfill repeats what was given up.
    fn default() -> Self {
        Self {
            delays: vec![Duration::from_secs(2), Duration::from_secs(10)],
        }
    }
}

impl RetryTable {
    /// A table with one attempt more than it has `delays`.
    pub fn new(delays: Vec<Duration>) -> Self {
        Self { delays }
    }

    /// The number of attempts.
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.delays.len()).map_or(u32::MAX, |delays| delays.saturating_add(1))
    }

    /// The delay after the failed attempt number `attempt` (the first is 1); `None` after the last.
    pub fn delay_after(&self, attempt: u32) -> Option<Duration> {
        let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
        self.delays.get(index).copied()
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
    fn a_service_may_refuse_for_longer_than_a_fail_over_takes_and_not_until_the_next_run() {
        let (fail_over, pause_of_runs) = (Duration::from_secs(600), Duration::from_secs(10_800));

        assert!(fail_over < PATIENCE && PATIENCE < pause_of_runs);
    }

    #[test]
    fn attempt_0_has_no_delay() {
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
