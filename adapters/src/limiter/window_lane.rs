//! A lane that is counted by the clock hour and the day, as one process holds it.
//!
//! Calls are counted on the disk in blocks: a block is reserved and stored before its first call, so
//! that a process that is killed has counted too many calls at most, never too few.

use chrono::{DateTime, Utc};
use shared::domain::quota::{Window, WindowQuota, WindowUse};
use shared::ports::store::LaneMemory;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Calls that are reserved at once: one write to the disk for this many, and as many lost of 5,000
/// when the process is killed.
const BLOCK: u32 = 50;

/// One lane that is counted by windows.
#[derive(Debug)]
pub struct WindowLane {
    quota: WindowQuota,
    inner: Mutex<Counted>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counted {
    used: WindowUse,
    reserved_hour: u32,
    reserved_day: u32,
}

/// The answer to a take.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// Counted, and stored already as part of a block.
    Yes,
    /// Counted; this has to be stored before the call is sent.
    StoreFirst(LaneMemory),
    /// Used up until this instant.
    Closed(DateTime<Utc>),
}

impl WindowLane {
    /// A lane that goes on from what an earlier process stored.
    pub fn new(quota: WindowQuota, memory: Option<LaneMemory>) -> Self {
        let counted = memory.map(|memory| Counted {
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
            inner: Mutex::new(counted.unwrap_or_default()),
        }
    }

    /// Counts one call.
    pub fn take(&self, now: DateTime<Utc>) -> Taken {
        let mut counted = self.lock();
        let hour_before = counted.used.hour;
        if let Err(until) = counted.used.take(&self.quota, now) {
            return Taken::Closed(until);
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
            return Taken::Yes;
        }
        counted.reserved_hour = counted.used.hour_used.saturating_add(BLOCK - 1);
        counted.reserved_day = counted.used.day_used.saturating_add(BLOCK - 1);
        Taken::StoreFirst(memory(
            &counted.used,
            counted.reserved_hour,
            counted.reserved_day,
        ))
    }

    /// The shop refused a call for `window`; returns its end.
    pub fn close(&self, window: Window, now: DateTime<Utc>) -> DateTime<Utc> {
        self.lock().used.close(window, now)
    }

    /// What is really used, for a clean end.
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

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
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
