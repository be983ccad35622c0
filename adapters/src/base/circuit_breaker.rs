//! A circuit breaker of one account, for its proxy or for refusals of the account: state only, no I/O.
//!
//! A failure opens the breaker for a bounded time, which grows with each failure in a row. Nothing is sent
//! meanwhile. A hanging proxy and a hanging host behind it look the same, so a time-out through a proxy
//! counts as a failure of the proxy.

use crate::lock::lock;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::wrong_clock::lasting;
use std::sync::Mutex;

/// How long the breaker stays open, by failures in a row; the last value for all further failures.
const PAUSES: [TimeDelta; 4] = [
    TimeDelta::minutes(5),
    TimeDelta::minutes(10),
    TimeDelta::minutes(20),
    TimeDelta::minutes(30),
];
/// The answer to the first call after a pause comes within this time.
const TRIAL: TimeDelta = TimeDelta::seconds(10);

/// The breaker of one account in this process. `W` tells people about the failure.
pub(super) struct CircuitBreaker<W>(Mutex<BreakerState<W>>);

struct BreakerState<W> {
    failures: usize,
    open: Option<OpenBreaker<W>>,
    /// The pause is over, and one call tries whether the failure is.
    on_trial: bool,
    /// The database holds no failure. False at first: another process may have stored one.
    cleared: bool,
}

/// The breaker is open: nothing may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenBreaker<W> {
    pub(super) until: DateTime<Utc>,
    /// The failure.
    pub(super) why: W,
}

impl<W> OpenBreaker<W> {
    fn lasts(&self, now: DateTime<Utc>) -> bool {
        lasting(Some(self.until), PAUSES[PAUSES.len() - 1], now).is_some()
    }
}

impl<W> Default for CircuitBreaker<W> {
    fn default() -> Self {
        Self(Mutex::new(BreakerState {
            failures: 0,
            open: None,
            on_trial: false,
            cleared: false,
        }))
    }
}

impl<W: Clone> CircuitBreaker<W> {
    /// The open breaker, if it is open at `now`.
    pub(super) fn open_at(&self, now: DateTime<Utc>) -> Option<OpenBreaker<W>> {
        let state = lock(&self.0);
        state.open.clone().filter(|open| open.lasts(now))
    }

    /// As [`CircuitBreaker::open_at`], for a call that is sent next: after a pause only one call passes
    /// until it is answered.
    pub(super) fn pass(&self, now: DateTime<Utc>) -> Result<(), OpenBreaker<W>> {
        let mut state = lock(&self.0);
        match &mut state.open {
            Some(open) if open.lasts(now) => Err(open.clone()),
            Some(open) => {
                open.until = now + TRIAL;
                state.on_trial = true;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Opens the breaker after a failure. Returns the end of the pause, and whether this call opened it:
    /// calls that fail together open it once.
    pub(super) fn failed(&self, now: DateTime<Utc>, why: W) -> (DateTime<Utc>, bool) {
        let mut state = lock(&self.0);
        if let Some(open) = &state.open
            && open.lasts(now)
            && !state.on_trial
        {
            return (open.until, false);
        }
        let until = now + PAUSES[state.failures.min(PAUSES.len() - 1)];
        state.failures += 1;
        state.on_trial = false;
        state.cleared = false;
        state.open = Some(OpenBreaker { until, why });
        (until, true)
    }

    /// Closes the breaker after an answer. Returns whether the failure in the database has to be cleared.
    pub(super) fn answered(&self) -> bool {
        let mut state = lock(&self.0);
        state.failures = 0;
        state.open = None;
        state.on_trial = false;
        !std::mem::replace(&mut state.cleared, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_opens_the_breaker_for_longer_up_to_a_limit() {
        let breaker = CircuitBreaker::default();
        let mut now = DateTime::UNIX_EPOCH;
        let mut pauses = Vec::new();

        for _ in 0..5 {
            let (until, first) = breaker.failed(now, "down");
            assert!(first);
            assert_eq!(breaker.failed(now, "down"), (until, false), "together");
            pauses.push((until - now).num_minutes());
            now = until;
        }

        assert_eq!(pauses, [5, 10, 20, 30, 30]);
        assert!(breaker.answered());
        assert_eq!((breaker.failed(now, "down").0 - now).num_minutes(), 5);
    }

    #[test]
    fn the_failure_in_the_database_is_cleared_once() {
        let breaker: CircuitBreaker<&str> = CircuitBreaker::default();

        assert!(breaker.answered());
        assert!(!breaker.answered());
    }

    #[test]
    fn after_a_pause_one_call_tries_and_the_others_wait_for_it() {
        let breaker = CircuitBreaker::default();
        let begun = DateTime::UNIX_EPOCH;
        let (until, _) = breaker.failed(begun, "down");
        assert!(breaker.pass(begun).is_err());

        assert!(breaker.pass(until).is_ok());
        assert!(breaker.pass(until).is_err());
        let (next, first) = breaker.failed(until, "down");

        assert_eq!(((next - until).num_minutes(), first), (10, true));
        assert!(breaker.pass(next).is_ok());
        breaker.answered();
        assert!(breaker.pass(next).is_ok());
    }
}
