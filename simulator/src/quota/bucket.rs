//! Amazon's token bucket, exact to the nanosecond.
//!
//! Tokens flow in without pause and at most `burst` are held; a call costs one, a refused call
//! none (source: usage plans of the Selling Partner API; the cost of a refusal is not documented).

use super::limits::QuotaRate;

/// Tokens of one operation and one client, counted in nanoseconds of inflow.
#[derive(Debug, Clone)]
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

    /// Whether a call would pass at `now`.
    pub fn is_ready(&mut self, now: u64) -> bool {
        self.fill(now);
        self.rate
            .period_nanos()
            .is_some_and(|period| self.level_nanos >= period)
    }

    /// Takes a token at `now`, or tells that there is none.
    pub fn take(&mut self, now: u64) -> bool {
        let ready = self.is_ready(now);
        if ready {
            self.level_nanos -= self.rate.period_nanos().unwrap_or(0);
        }
        ready
    }

    /// Goes on with another rate; the share of a token that has flowed in is kept.
    pub fn change(&mut self, rate: QuotaRate, now: u64) {
        self.fill(now);
        let level = match (self.rate.period_nanos(), rate.period_nanos()) {
            (Some(old), Some(new)) => self.level_nanos.saturating_mul(new) / old.max(1),
            _ => 0,
        };
        self.rate = rate;
        self.level_nanos = level.min(rate.capacity_nanos());
    }

    fn fill(&mut self, now: u64) {
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
    fn two_calls_a_hair_too_close_collide() {
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
    fn a_burst_of_two_passes_two_at_once_and_then_one_a_period() {
        let mut bucket = bucket(2.0, 2);

        assert!(bucket.take(0));
        assert!(bucket.take(0));
        assert!(!bucket.take(SECOND / 2 - 1));
        assert!(bucket.take(SECOND / 2));
        assert!(!bucket.take(SECOND / 2));
    }

    #[test]
    fn waiting_longer_than_a_period_saves_up_no_more_than_the_burst() {
        let mut bucket = bucket(1.0, 1);

        assert!(bucket.take(0));
        assert!(bucket.take(100 * SECOND));
        assert!(!bucket.take(100 * SECOND + 1));
    }

    #[test]
    fn a_change_of_rate_keeps_the_share_of_a_token() {
        let mut bucket = bucket(1.0, 1);
        bucket.take(0);

        bucket.change(
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
    fn a_rate_of_nothing_lets_nothing_through() {
        let mut bucket = bucket(0.0, 1);

        assert!(!bucket.take(u64::MAX));
    }
}
