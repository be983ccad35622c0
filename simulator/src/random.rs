//! Seeded randomness: a stream of numbers for each product and each purpose.
//!
//! Since each has its own stream, a number drawn for one product never changes those of another.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// A seeded stream of random numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeededRandom(ChaCha8Rng);

impl SeededRandom {
    /// The stream of `number` under `seed`; `purpose` separates the uses of one number:
    /// each file that draws numbers has its own.
    pub fn new(seed: u64, purpose: u64, number: u64) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed ^ purpose.rotate_left(40));
        source.set_stream(number);
        Self(source)
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low).max(0)).unwrap_or(0) + 1;
        low + i64::try_from(u64::from(self.0.next_u32()) % width).unwrap_or(0)
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.next_u32() as usize % choices.len()]
    }

    /// A number of the standard normal distribution (Box-Muller transform).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Sixteen random bytes as 32 hexadecimal characters.
    pub fn hex(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }

    /// A random UUID (version 4), as request ids are.
    pub fn uuid(&mut self) -> String {
        let high = u128::from(self.0.next_u64()) << 64;
        uuid::Builder::from_random_bytes((high | u128::from(self.0.next_u64())).to_be_bytes())
            .into_uuid()
            .to_string()
    }
}
