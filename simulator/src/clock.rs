//! Simulator time: the only place that reads the computer's clock.
//!
//! Quotas, token lifetimes and BASE's hours and days all run on simulator time. With a scale of 0
//! it advances by [`SimClock::advance`] only, so that a test controls it.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Simulator time, which runs `scale` times as fast as real time.
#[derive(Debug)]
pub struct SimClock {
    began: Instant,
    start: DateTime<Utc>,
    scale: f64,
    advanced: Duration,
}

impl SimClock {
    /// Starts at `start`, or at the real time.
    pub fn new(start: Option<DateTime<Utc>>, scale: f64) -> Self {
        Self {
            began: Instant::now(),
            start: start.unwrap_or_else(Self::real_now),
            scale,
            advanced: Duration::ZERO,
        }
    }

    /// Nanoseconds of simulator time since the start. Quotas are counted in these.
    pub fn elapsed_nanos(&self) -> u64 {
        let run = Duration::try_from_secs_f64(self.began.elapsed().as_secs_f64() * self.scale);
        let total = run.unwrap_or(Duration::MAX).saturating_add(self.advanced);
        u64::try_from(total.as_nanos()).unwrap_or(u64::MAX)
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
        self.advanced = self.advanced.saturating_add(by);
    }

    /// Seconds of simulator time in one real second; 1 for a clock that is stopped.
    pub fn speed(&self) -> f64 {
        if self.scale > 0.0 { self.scale } else { 1.0 }
    }
}
