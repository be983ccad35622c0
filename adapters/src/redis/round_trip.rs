//! How long a round trip to Redis takes, and when it last answered.

use crate::lock::lock;
use redis::RedisResult;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The measured round trip: smoothed as TCP does for its time-outs (RFC 6298, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoundTrip {
    /// The usual time.
    pub usual: Duration,
    variation: Duration,
}

impl RoundTrip {
    /// A time within which nearly every answer comes.
    pub fn longest(&self) -> Duration {
        self.usual + 4 * self.variation
    }

    fn measure(&mut self, sample: Duration) {
        if self.usual.is_zero() {
            (self.usual, self.variation) = (sample, sample / 2);
            return;
        }
        let deviation = self.usual.abs_diff(sample);
        self.variation = (3 * self.variation + deviation) / 4;
        self.usual = (7 * self.usual + sample) / 8;
    }
}

/// The signs of life of a server.
#[derive(Default)]
pub(super) struct Vitals(Mutex<Signs>);

#[derive(Default)]
struct Signs {
    answered: Option<Instant>,
    round_trip: RoundTrip,
}

impl Vitals {
    /// Takes note of the answer that came now to a call of the instant `asked`. An error of the
    /// server is an answer, too.
    pub fn note<T>(&self, asked: Instant, answer: &RedisResult<T>) {
        if answer.as_ref().is_err_and(|error| error.code().is_none()) {
            return;
        }
        self.answered_in(asked.elapsed());
    }

    /// Takes note of an answer that came now and took so long.
    pub fn answered_in(&self, round_trip: Duration) {
        let mut signs = lock(&self.0);
        signs.answered = Some(Instant::now());
        signs.round_trip.measure(round_trip);
    }

    /// Whether an answer came after this instant.
    pub fn has_answered_since(&self, instant: Instant) -> bool {
        lock(&self.0).answered.is_some_and(|at| at > instant)
    }

    /// The round trip.
    pub fn round_trip(&self) -> RoundTrip {
        lock(&self.0).round_trip
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn one_slow_answer_is_enough_to_expect_the_next() {
        let mut trip = RoundTrip::default();
        (0..100).for_each(|_| trip.measure(MS));

        trip.measure(700 * MS);

        assert!(trip.longest() >= 700 * MS, "{trip:?}");
    }

    #[test]
    fn a_steady_road_is_expected_to_stay_steady() {
        let mut trip = RoundTrip::default();

        (0..60).for_each(|_| trip.measure(600 * MS));

        assert!(
            trip.usual == 600 * MS && trip.longest() < 610 * MS,
            "{trip:?}"
        );
    }
}
