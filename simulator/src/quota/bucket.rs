//! Amazon's token bucket, exact to the nanosecond.
//!
//! Tokens are added continuously, up to `burst`. A call takes one; a refused call takes none
//! (source: usage plans of the Selling Partner API, which do not document refused calls).

use serde::{Deserialize, Serialize};

use super::limits::QuotaRate;

/// The tokens of one operation and one client, counted as nanoseconds of refill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenBucket {
    rate: QuotaRate,
    level_nanos: u128,
    seen_at: u64,
}

impl TokenBucket {
    /// A full bucket.
    pub fn full(rate: QuotaRate, now: u64) -> Self {
        Self {
            rate,
            level_nanos: rate.capacity_nanos(),
            seen_at: now,
        }
    }

    /// Whether there is a token at `now`.
    pub fn is_ready(&mut self, now: u64) -> bool {
        self.refill(now);
        self.rate
            .period_nanos()
            .is_some_and(|period| self.level_nanos >= period)
    }

    /// Takes a token at `now`. False if there is none.
    pub fn take(&mut self, now: u64) -> bool {
        let ready = self.is_ready(now);
        if ready {
            self.level_nanos -= self.rate.period_nanos().unwrap_or(0);
        }
        ready
    }

    /// Changes the rate. The tokens, and the fraction of the next one, stay.
    pub fn set_rate(&mut self, rate: QuotaRate, now: u64) {
        self.refill(now);
        let level = match (self.rate.period_nanos(), rate.period_nanos()) {
            (Some(old), Some(new)) => self.level_nanos.saturating_mul(new) / old.max(1),
            _ => 0,
        };
        self.rate = rate;
        self.level_nanos = level.min(rate.capacity_nanos());
    }

    fn refill(&mut self, now: u64) {
        let passed = u128::from(now.saturating_sub(self.seen_at));
        self.seen_at = self.seen_at.max(now);
        self.level_nanos = (self.level_nanos + passed).min(self.rate.capacity_nanos());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn bucket(per_second: f64, burst: u32) -> TokenBucket {
        TokenBucket::full(
            QuotaRate {
                rate: per_second,
                burst,
            },
            0,
        )
    }

    #[test]
    fn a_second_call_is_refused_until_the_period_is_over() {
        let mut bucket = bucket(0.5, 1);

        assert!(bucket.take(0));
        assert!(!bucket.take(1_990_000_000));
        assert!(!bucket.take(2 * SECOND - 1));
        assert!(bucket.take(2 * SECOND));
    }

    #[test]
    fn a_refused_call_takes_no_token() {
        let mut bucket = bucket(0.1, 1);

        assert!(bucket.take(0));
        for at in 1..10 {
            assert!(!bucket.take(at * SECOND));
        }
        assert!(bucket.take(10 * SECOND));
    }

    #[test]
    fn a_burst_of_two_allows_two_calls_at_once_and_then_one_a_period() {
        let mut bucket = bucket(2.0, 2);

        assert!(bucket.take(0));
        assert!(bucket.take(0));
        assert!(!bucket.take(SECOND / 2 - 1));
        assert!(bucket.take(SECOND / 2));
        assert!(!bucket.take(SECOND / 2));
    }

    #[test]
    fn no_more_tokens_than_the_burst_are_saved() {
        let mut bucket = bucket(1.0, 1);

        assert!(bucket.take(0));
        assert!(bucket.take(100 * SECOND));
        assert!(!bucket.take(100 * SECOND + 1));
    }

    #[test]
    fn a_change_of_rate_keeps_the_fraction_of_a_token() {
        let mut bucket = bucket(1.0, 1);
        bucket.take(0);

        bucket.set_rate(
            QuotaRate {
                rate: 0.1,
                burst: 1,
            },
            SECOND / 2,
        );

        assert!(!bucket.take(SECOND / 2 + 5 * SECOND - 1));
        assert!(bucket.take(SECOND / 2 + 5 * SECOND));
    }

    #[test]
    fn a_rate_of_zero_refuses_all_calls() {
        let mut bucket = bucket(0.0, 1);

        assert!(!bucket.take(u64::MAX));
    }
}
