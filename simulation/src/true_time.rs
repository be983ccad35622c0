//! The true time of the simulated world, and the clock of one process, which may be wrong.

use crate::chance;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::clock::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The true time: that of the runtime, which moves only when every task waits for time.
#[derive(Debug, Clone, Copy)]
pub struct TrueTime {
    start: DateTime<Utc>,
    begun: Instant,
}

impl TrueTime {
    /// It is `start` now.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        let begun = Instant::now();
        chance::set_wall_clock(start);
        Self { start, begun }
    }

    /// How long the simulation has lasted.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The present instant. Sets the wall clock of the thread, too.
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.start + TimeDelta::from_std(self.elapsed()).unwrap_or(TimeDelta::MAX);
        chance::set_wall_clock(now);
        now
    }

    /// When `elapsed` is reached.
    pub fn instant(&self, elapsed: Duration) -> Instant {
        self.begun + elapsed
    }
}

/// The clock of one process: off by an amount that the plan sets.
#[derive(Debug, Clone)]
pub struct SkewedClock {
    time: TrueTime,
    ahead_ms: Arc<AtomicI64>,
    /// The database is on another computer, whose clock is right.
    has_server: bool,
}

impl SkewedClock {
    /// A clock that is right.
    pub fn right(time: TrueTime) -> Self {
        Self {
            time,
            ahead_ms: Arc::default(),
            has_server: false,
        }
    }

    /// That of a computer beside a server of the database.
    #[must_use]
    pub fn beside_server(self) -> Self {
        Self {
            has_server: true,
            ..self
        }
    }

    /// From now on it is ahead of the true time by `ahead`, or behind. Whether that changed it.
    pub fn set(&self, ahead: TimeDelta) -> bool {
        let ahead = ahead.num_milliseconds();
        self.ahead_ms.swap(ahead, Ordering::Relaxed) != ahead
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::milliseconds(self.ahead_ms.load(Ordering::Relaxed));
        let right = self.time.now();
        let now = right + ahead;
        chance::set_database_clock(if self.has_server { right } else { now });
        now
    }
}
