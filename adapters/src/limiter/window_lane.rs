//! A lane with windows, in one process.
//!
//! A call is counted in the store before it is made: a process that is killed may have counted too many
//! calls, and never too few. A command counts each call by itself. A long-running program counts a block of
//! calls at once, and returns the unused ones when it stops.

use crate::lock::lock;
use chrono::{DateTime, Utc};
use shared::domain::quota::{Window, WindowQuota, WindowUse};
use shared::ports::store::LaneMemory;
use std::sync::Mutex;

/// Calls in one block: one database write for this many calls, and at most as many of 5,000 lost
/// when the process is killed.
pub(super) const BLOCK: u32 = 50;

/// One lane with windows.
#[derive(Debug)]
pub struct WindowLane {
    quota: WindowQuota,
    count: Mutex<WindowCount>,
}

#[derive(Debug, Default, Clone, Copy)]
struct WindowCount {
    used: WindowUse,
    reserved_short: u32,
    reserved_long: u32,
}

impl WindowLane {
    /// A lane that continues from the state that an earlier process stored.
    pub fn new(quota: WindowQuota, memory: Option<LaneMemory>) -> Self {
        let count = memory.map(|memory| WindowCount {
            used: WindowUse {
                short: at(memory.hour_ms),
                short_used: memory.hour_used,
                long: at(memory.day_ms),
                long_used: memory.day_used,
                closed_until: (memory.closed_until_ms > 0).then(|| at(memory.closed_until_ms)),
            },
            reserved_short: memory.hour_used,
            reserved_long: memory.day_used,
        });
        Self {
            quota,
            count: Mutex::new(count.unwrap_or_default()),
        }
    }

    /// Counts one call, and reserves `block` of them if none is reserved. Returns what has to be stored before the call is sent; `None` within a block
    /// that is stored already.
    ///
    /// # Errors
    ///
    /// The instant of the reset if the quota is exhausted.
    pub fn take(
        &self,
        now: DateTime<Utc>,
        block: u32,
    ) -> Result<Option<LaneMemory>, DateTime<Utc>> {
        let mut counted = lock(&self.count);
        let short_before = counted.used.short;
        counted.used.take(&self.quota, now)?;
        if counted.used.short != short_before {
            counted.reserved_short = 0;
        }
        if counted.used.long_used == 1 {
            counted.reserved_long = 0;
        }
        let covered = counted.used.short_used <= counted.reserved_short
            && counted.used.long_used <= counted.reserved_long;
        if covered || self.quota.is_unlimited() {
            return Ok(None);
        }
        counted.reserved_short = counted.used.short_used.saturating_add(block - 1);
        counted.reserved_long = counted.used.long_used.saturating_add(block - 1);
        Ok(Some(memory(&counted)))
    }

    /// The shop refused a call for `window`; returns the instant until which the lane is closed.
    pub fn close(&self, window: Window, now: DateTime<Utc>) -> DateTime<Utc> {
        lock(&self.count).used.close(&self.quota, window, now)
    }

    /// The calls that were really made, to be stored at a clean end; `None` if there is nothing to
    /// store. Ends the reserved block.
    pub fn exact(&self) -> Option<LaneMemory> {
        let mut counted = lock(&self.count);
        if self.quota.is_unlimited() || counted.used == WindowUse::default() {
            return None;
        }
        counted.reserved_short = counted.used.short_used;
        counted.reserved_long = counted.used.long_used;
        Some(memory(&counted))
    }
}

fn memory(counted: &WindowCount) -> LaneMemory {
    let closed_until = counted.used.closed_until;
    LaneMemory {
        hour_ms: counted.used.short.timestamp_millis(),
        hour_used: counted.reserved_short,
        day_ms: counted.used.long.timestamp_millis(),
        day_used: counted.reserved_long,
        closed_until_ms: closed_until.map_or(0, |until| until.timestamp_millis()),
        ..LaneMemory::default()
    }
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
