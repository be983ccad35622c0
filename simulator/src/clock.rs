//! Simulator time: the only place that reads the computer's clock.
//!
//! Quotas, token lifetimes and BASE's hours and days all run on simulator time. It moves by
//! [`SimClock::tick`], once before each request, so that a request happens at one instant. With a
//! scale of 0 it advances by [`SimClock::advance`] only, so that a test controls it.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Simulator time, which runs `scale` times as fast as real time.
#[derive(Debug, Serialize, Deserialize)]
pub struct SimClock {
    start: DateTime<Utc>,
    scale: f64,
    last: ClockReading,
    #[serde(skip, default = "Instant::now")]
    ticked: Instant,
}

/// The time at a tick.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ClockReading {
    /// Nanoseconds of simulator time since the start.
    elapsed: u64,
    real: DateTime<Utc>,
}

impl SimClock {
    /// Starts at `start`, or at the real time.
    pub fn new(start: Option<DateTime<Utc>>, scale: f64) -> Self {
        let real = Self::real_now();
        Self {
            start: start.unwrap_or(real),
            scale,
            last: ClockReading { elapsed: 0, real },
            ticked: Instant::now(),
        }
    }

    /// Lets the time pass that has passed since the last tick.
    pub fn tick(&mut self) {
        let passed = self.ticked.elapsed();
        self.ticked += passed;
        self.run(passed, self.scale);
        self.last.real = Self::real_now();
    }

    /// Continues in another process. Since it ended, time has passed as it did in reality, whatever
    /// the scale: a fast clock must not expire all tokens during a night without the simulator.
    pub fn resume(&mut self, scale: f64) {
        let real = Self::real_now();
        let pause = (real - self.last.real).to_std().unwrap_or_default();
        self.run(pause, scale.min(1.0));
        self.scale = scale;
        self.last.real = real;
        self.ticked = Instant::now();
    }

    /// The time at the last tick, and what was advanced since.
    pub fn reading(&self) -> ClockReading {
        self.last
    }

    /// Returns to a time at which a request was made, to repeat it.
    pub fn set(&mut self, reading: ClockReading) {
        self.last = reading;
    }

    /// Nanoseconds of simulator time since the start. Quotas are counted in these.
    pub fn elapsed_nanos(&self) -> u64 {
        self.last.elapsed
    }

    /// Date and time in the simulated world.
    pub fn now(&self) -> DateTime<Utc> {
        let elapsed = i64::try_from(self.elapsed_nanos()).unwrap_or(i64::MAX);
        self.start
            .checked_add_signed(chrono::TimeDelta::nanoseconds(elapsed))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Date and time in the simulated world in `hours` hours.
    pub fn in_hours(&self, hours: i64) -> DateTime<Utc> {
        let now = self.now();
        now.checked_add_signed(chrono::TimeDelta::hours(hours))
            .unwrap_or(now)
    }

    /// Real date and time, for the ledger.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock of the simulator"
    )]
    pub fn real_now() -> DateTime<Utc> {
        Utc::now()
    }

    /// Jumps ahead by `by`.
    pub fn advance(&mut self, by: Duration) {
        self.run(by, 1.0);
    }

    /// Seconds of simulator time in one real second; 1 for a clock that is stopped.
    pub fn speed(&self) -> f64 {
        if self.scale > 0.0 { self.scale } else { 1.0 }
    }

    fn run(&mut self, real: Duration, scale: f64) {
        let passed = Duration::try_from_secs_f64(real.as_secs_f64() * scale);
        let nanos = u64::try_from(passed.unwrap_or(Duration::MAX).as_nanos());
        let elapsed = self.last.elapsed;
        self.last.elapsed = elapsed.saturating_add(nanos.unwrap_or(u64::MAX));
    }
}
