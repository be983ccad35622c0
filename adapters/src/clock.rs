//! The clocks: the machine's, and that of a server, which all processes share.

use crate::lock::lock;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::clock::Clock;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// What a server answered when it was asked for its time.
#[derive(Debug, Clone, Copy)]
pub struct ServerTime {
    /// The server's time.
    pub at: DateTime<Utc>,
    /// When it was asked.
    pub asked: Instant,
    /// From the question to the answer; the server's time is that of its middle.
    pub round_trip: Duration,
}

/// The clock of a server, so that the instants of many processes can be compared. Between two
/// readings it goes on by itself, whatever is done to the machine's clock. Until the first one it
/// is the machine's.
pub struct ServerClock {
    machine: Arc<dyn Clock>,
    reading: Mutex<Option<ServerTime>>,
}

impl ServerClock {
    /// A clock that goes by `machine` until it is set.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self {
            machine,
            reading: Mutex::new(None),
        }
    }

    /// Goes by `reading` from now on. Returns how far the machine's clock is ahead of it.
    pub fn set(&self, reading: ServerTime) -> TimeDelta {
        *lock(&self.reading) = Some(reading);
        self.machine_ahead_of(reading)
    }

    /// How far the machine's clock is ahead of that of a server.
    pub fn machine_ahead_of(&self, reading: ServerTime) -> TimeDelta {
        self.machine.now() - reading.now()
    }
}

impl ServerTime {
    /// The time of the server now.
    fn now(self) -> DateTime<Utc> {
        let since = self.asked.elapsed().saturating_sub(self.round_trip / 2);
        self.at + TimeDelta::from_std(since).unwrap_or(TimeDelta::MAX)
    }
}

impl Clock for ServerClock {
    fn now(&self) -> DateTime<Utc> {
        let reading = *lock(&self.reading);
        reading.map_or_else(|| self.machine.now(), ServerTime::now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    const SECOND: TimeDelta = TimeDelta::seconds(1);

    /// A machine's clock that is so many seconds ahead of the right time.
    struct Ahead(AtomicI64);

    impl Clock for Ahead {
        fn now(&self) -> DateTime<Utc> {
            SystemClock.now() + SECOND * i32::try_from(self.0.load(Ordering::SeqCst)).unwrap()
        }
    }

    fn right_time() -> ServerTime {
        ServerTime {
            at: SystemClock.now(),
            asked: Instant::now(),
            round_trip: Duration::ZERO,
        }
    }

    fn off(clock: &ServerClock) -> TimeDelta {
        (clock.now() - SystemClock.now()).abs()
    }

    #[test]
    fn it_goes_by_the_server_and_tells_how_far_the_machine_is_off() {
        for seconds in [-90_000, -7, 0, 7, 90_000] {
            let clock = ServerClock::new(Arc::new(Ahead(AtomicI64::new(seconds))));
            assert!((off(&clock) - SECOND * i32::try_from(seconds.abs()).unwrap()).abs() < SECOND);

            let ahead = clock.set(right_time());

            assert!(
                (ahead.num_milliseconds() - seconds * 1_000).abs() < 1_000,
                "{ahead}"
            );
            assert!(off(&clock) < SECOND, "{seconds}");
        }
    }

    #[test]
    fn a_jump_of_the_machine_does_not_move_it() {
        let machine = Arc::new(Ahead(AtomicI64::new(0)));
        let clock = ServerClock::new(machine.clone());
        clock.set(right_time());

        machine.0.store(-86_400, Ordering::SeqCst);

        assert!(off(&clock) < SECOND);
        assert!(clock.machine_ahead_of(right_time()) < SECOND * -86_000);
    }

    #[test]
    fn the_time_of_the_server_is_that_of_the_middle_of_the_round_trip() {
        let asked = Instant::now().checked_sub(Duration::from_secs(4)).unwrap();
        let reading = ServerTime {
            at: SystemClock.now() - SECOND * 2,
            asked,
            round_trip: Duration::from_secs(4),
        };
        let clock = ServerClock::new(Arc::new(SystemClock));

        clock.set(reading);

        assert!(off(&clock) < SECOND);
    }
}
