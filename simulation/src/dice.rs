//! Numbers drawn from a seed.

use crate::chance::next_number;
use std::time::Duration;

/// A stream of numbers that follows from its seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The stream of `purpose` under `seed`: streams of several purposes do not disturb each other.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut state = seed;
        for byte in purpose.bytes() {
            state = next_number(&mut state) ^ u64::from(byte);
        }
        Self(state)
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        next_number(&mut self.0) % bound
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// As [`Self::between`], for sizes.
    pub fn size(&mut self, low: usize, high: usize) -> usize {
        low + usize::try_from(self.below((high - low + 1) as u64)).unwrap_or(0)
    }

    /// True in `permille` of a thousand cases.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < u64::from(permille)
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.size(0, choices.len() - 1)].clone()
    }

    /// A time from `low` to `high`; short ones are as likely as long ones in their order of magnitude.
    pub fn time(&mut self, low: Duration, high: Duration) -> Duration {
        let (mut top, bottom) = (high, low.max(Duration::from_millis(1)));
        while top > bottom && self.chance(500) {
            top = (top / 3).max(bottom);
        }
        let span = u64::try_from(top.saturating_sub(bottom).as_millis()).unwrap_or(0);
        bottom + Duration::from_millis(self.below(span + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_and_each_purpose_its_own() {
        let numbers = |seed, purpose| {
            let mut dice = Dice::new(seed, purpose);
            [(); 20].map(|()| dice.between(5, 9))
        };

        assert_eq!(numbers(3, "market"), numbers(3, "market"));
        assert_ne!(numbers(3, "market"), numbers(3, "faults"));
        assert_ne!(numbers(3, "market"), numbers(4, "market"));
        assert!(numbers(3, "market").iter().all(|n| (5..=9).contains(n)));
    }

    #[test]
    fn a_time_is_within_its_bounds() {
        let mut dice = Dice::new(1, "times");
        let (low, high) = (Duration::from_secs(2), Duration::from_secs(3_600));

        for _ in 0..1_000 {
            let time = dice.time(low, high);

            assert!(low <= time && time <= high, "{time:?}");
        }
    }
}
