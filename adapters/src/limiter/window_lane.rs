//! A lane with hourly and daily windows, in one process.
//!
//! Calls are stored in blocks: a block is reserved and stored before its first call, so that a process
//! that is killed may have counted too many calls, but never too few.

use chrono::{DateTime, Utc};
use shared::domain::quota::{Window, WindowQuota, WindowUse};
use shared::ports::store::LaneMemory;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Calls in one block: one database write for this many calls, and at most as many of 5,000 lost when
/// the process is killed.
const BLOCK: u32 = 50;

/// One lane with windows.
#[derive(Debug)]
pub struct WindowLane {
    quota: WindowQuota,
    count: Mutex<WindowCount>,
}

#[derive(Debug, Default, Clone, Copy)]
struct WindowCount {
    used: WindowUse,
    reserved_hour: u32,
    reserved_day: u32,
}

/// The result of [`WindowLane::take`].
#[derive(Debug, PartialEq, Eq)]
pub enum TakeOutcome {
    /// Counted within a block that is stored already.
    Counted,
    /// Counted; store this before sending the call.
    StoreFirst(LaneMemory),
    /// The quota is exhausted until this instant.
    Closed(DateTime<Utc>),
}

impl WindowLane {
    /// A lane that continues from the state that an earlier process stored.
    pub fn new(quota: WindowQuota, memory: Option<LaneMemory>) -> Self {
        let count = memory.map(|memory| WindowCount {
            used: WindowUse {
                hour: at(memory.hour_ms),
                hour_used: memory.hour_used,
                day: at(memory.day_ms),
                day_used: memory.day_used,
                closed_until: (memory.closed_until_ms > 0).then(|| at(memory.closed_until_ms)),
            },
            reserved_hour: memory.hour_used,
            reserved_day: memory.day_used,
        });
        Self {
            quota,
            count: Mutex::new(count.unwrap_or_default()),
        }
    }

    /// Counts one call.
    pub fn take(&self, now: DateTime<Utc>) -> TakeOutcome {
        let mut counted = self.lock();
        let hour_before = counted.used.hour;
        if let Err(until) = counted.used.take(&self.quota, now) {
            return TakeOutcome::Closed(until);
        }
        if counted.used.hour != hour_before {
            counted.reserved_hour = 0;
        }
        if counted.used.day_used == 1 {
            counted.reserved_day = 0;
        }
        let covered = counted.used.hour_used <= counted.reserved_hour
            && counted.used.day_used <= counted.reserved_day;
        if covered || self.unlimited() {
            return TakeOutcome::Counted;
        }
        counted.reserved_hour = counted.used.hour_used.saturating_add(BLOCK - 1);
        counted.reserved_day = counted.used.day_used.saturating_add(BLOCK - 1);
        TakeOutcome::StoreFirst(memory(
            &counted.used,
            counted.reserved_hour,
            counted.reserved_day,
        ))
    }

    /// The shop refused a call for `window`; returns the instant until which the lane is closed.
    pub fn close(&self, window: Window, now: DateTime<Utc>) -> DateTime<Utc> {
        self.lock().used.close(window, now)
    }

    /// The calls that were really made, to be stored at a clean end; `None` if there is nothing to
    /// store. Ends the reserved block.
    pub fn exact(&self) -> Option<LaneMemory> {
        let mut counted = self.lock();
        if self.unlimited() || counted.used == WindowUse::default() {
            return None;
        }
        counted.reserved_hour = counted.used.hour_used;
        counted.reserved_day = counted.used.day_used;
        Some(memory(
            &counted.used,
            counted.reserved_hour,
            counted.reserved_day,
        ))
    }

    fn unlimited(&self) -> bool {
        self.quota.per_hour.is_none() && self.quota.per_day.is_none()
    }

    fn lock(&self) -> MutexGuard<'_, WindowCount> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn memory(used: &WindowUse, hour_used: u32, day_used: u32) -> LaneMemory {
    LaneMemory {
        hour_ms: used.hour.timestamp_millis(),
        hour_used,
        day_ms: used.day.timestamp_millis(),
        day_used,
        closed_until_ms: used
            .closed_until
            .map_or(0, |until| until.timestamp_millis()),
        ..LaneMemory::default()
    }
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
