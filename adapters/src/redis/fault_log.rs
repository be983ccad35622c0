//! Logs the faults of Redis, for all that use it: the first one, then once a minute, with a count.
//! Callers log a failed call at most with `debug`.

use super::fault::RedisFault;
use crate::lock::lock;
use crate::warning_pace::WARNINGS;
use std::sync::Mutex;
use std::time::Duration;

/// The log of one link.
#[derive(Default)]
pub(super) struct FaultLog(Mutex<LogState>);

#[derive(Default)]
struct LogState {
    /// Failed calls since the last warning.
    unsaid: u64,
    /// A warning says that Redis is away.
    open: bool,
}

impl FaultLog {
    /// A call or an attempt to connect failed.
    pub fn failed(&self, fault: &RedisFault) {
        let mut state = lock(&self.0);
        state.unsaid += 1;
        let error = fault.message();
        if WARNINGS.is_due() {
            let failed = std::mem::take(&mut state.unsaid);
            state.open = true;
            tracing::warn!(failed, "{error}; work waits meanwhile");
        } else {
            tracing::debug!(%error, "a call to Redis failed");
        }
    }

    /// A server that can be used was found after this time.
    pub fn over(&self, away: Duration) {
        let mut state = lock(&self.0);
        if std::mem::take(&mut state.open) {
            let (failed, seconds) = (state.unsaid, away.as_secs());
            tracing::info!(failed, "Redis can be used again after {seconds} s");
        }
    }
}
