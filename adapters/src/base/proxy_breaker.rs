//! A circuit breaker for the proxy of one account: state only, no I/O.
//!
//! A proxy that fails opens the breaker for a bounded time, which grows with each failure in a row.
//! Nothing is sent meanwhile. A hanging proxy and a hanging host behind it look the same, so a time-out
//! through a proxy counts as a failure of the proxy.

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

/// The breaker of one account in this process.
#[derive(Default)]
pub(super) struct ProxyBreaker(Mutex<BreakerState>);

#[derive(Default)]
struct BreakerState {
    failures: usize,
    open: Option<OpenBreaker>,
    /// The database holds no failure of the proxy. False at first: another process may have stored one.
    cleared: bool,
}

/// The breaker is open: nothing may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenBreaker {
    pub(super) until: DateTime<Utc>,
    /// The failure, without the proxy's address.
    pub(super) why: String,
}

impl OpenBreaker {
    fn lasts(&self, now: DateTime<Utc>) -> bool {
        lasting(Some(self.until), PAUSES[PAUSES.len() - 1], now).is_some()
    }
}

impl ProxyBreaker {
    /// The open breaker, if it is open at `now`.
    pub(super) fn open_at(&self, now: DateTime<Utc>) -> Option<OpenBreaker> {
        let state = lock(&self.0);
        state.open.clone().filter(|open| open.lasts(now))
    }

    /// Opens the breaker after a failure. Returns the end of the pause, and whether this call opened it:
    /// calls that fail together open it once.
    pub(super) fn failed(&self, now: DateTime<Utc>, why: &str) -> (DateTime<Utc>, bool) {
        let mut state = lock(&self.0);
        if let Some(open) = &state.open
            && open.lasts(now)
        {
            return (open.until, false);
        }
        let until = now + PAUSES[state.failures.min(PAUSES.len() - 1)];
        state.failures += 1;
        state.cleared = false;
        let why = why.to_owned();
        state.open = Some(OpenBreaker { until, why });
        (until, true)
    }

    /// Closes the breaker after an answer. Returns whether the failure in the database has to be cleared.
    pub(super) fn answered(&self) -> bool {
        let mut state = lock(&self.0);
        state.failures = 0;
        state.open = None;
        !std::mem::replace(&mut state.cleared, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_opens_the_breaker_for_longer_up_to_a_limit() {
        let breaker = ProxyBreaker::default();
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
        let breaker = ProxyBreaker::default();

        assert!(breaker.answered());
        assert!(!breaker.answered());
    }
}
