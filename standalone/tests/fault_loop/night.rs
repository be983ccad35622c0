//! The clock of the whole world, and nights: hours or days in which every program is off.

use crate::installation::Installation;
use crate::process::Environment;
use crate::shifted_clock::ShiftedClock;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use simulator::ShopLimit;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Ahead of UTC.
const JAPAN: TimeDelta = TimeDelta::hours(9);

/// The clock of Redis, of `PostgreSQL`, and of every program whose own is right.
pub struct WorldClock {
    clock: ShiftedClock,
    /// A copy that the user of `PostgreSQL` can read.
    library: PathBuf,
    ahead: i64,
    _folder: tempfile::TempDir,
}

impl WorldClock {
    pub fn right() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let readable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), readable).expect("the mode is set");
        let library = folder.path().join("clock.so");
        let clock = ShiftedClock::right(folder.path(), "world.clock");
        let [(_, built), _] = clock.environment();
        std::fs::copy(built, &library).expect("copied");
        Self {
            clock,
            library,
            ahead: 0,
            _folder: folder,
        }
    }

    /// What a program needs in its environment to go by it.
    pub fn environment(&self) -> Environment {
        let shown = |path: &Path| path.display().to_string();
        let [_, (name, file)] = self.clock.environment();
        vec![("LD_PRELOAD", shown(&self.library)), (name, shown(&file))]
    }

    /// How many seconds it is ahead of this machine's.
    pub fn ahead(&self) -> i64 {
        self.ahead
    }

    #[expect(clippy::disallowed_methods, reason = "this is a clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.ahead)
    }
}

impl Installation {
    /// Now, and the instant at which a window of BASE opens again.
    pub fn window_now(&self, window: ShopLimit) -> (DateTime<Utc>, DateTime<Utc>) {
        let length = match window {
            ShopLimit::Hour => TimeDelta::hours(1),
            ShopLimit::Day => TimeDelta::days(1),
        };
        let now = self.world.now();
        let began = (now + JAPAN).duration_trunc(length).expect("a time");
        (now, began + length - JAPAN)
    }

    /// All programs are off until shortly before a window of BASE opens again.
    pub async fn night_falls(&mut self, window: ShopLimit, before: Duration) {
        let (now, opens) = self.window_now(window);
        let off = (opens - now).num_seconds() - before.as_secs().cast_signed();
        self.off_for(off.max(0)).await;
    }

    /// All programs are off for days: every window is open again, and every ASIN is due that Amazon called
    /// invalid.
    pub async fn holidays(&mut self) {
        self.off_for(TimeDelta::days(8).num_seconds()).await;
    }

    /// Kills all programs, and starts them again when so many seconds have passed.
    async fn off_for(&mut self, seconds: i64) {
        self.processes().for_each(|process| process.signal("KILL"));
        for process in self.processes() {
            assert!(process.ends_within(Duration::from_secs(10)).await, "killed");
        }
        self.world.ahead += seconds;
        self.world.clock.set_ahead(self.world.ahead);
        for process in self.processes() {
            process.clock.set_ahead(self.world.ahead);
        }
        let passed = f64::from(i32::try_from(seconds).expect("less than a year"));
        self.simulator.advance(passed).expect("time passes");
        self.restart_stopped();
    }
}
