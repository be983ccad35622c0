//! Logs that jobs wait for the database, queue or limiter, at the pace of all such warnings and not for
//! each job, and that they run again.

use app::warning_pace::WARNINGS;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether there is an outage, for all loops of one program.
#[derive(Debug, Default)]
pub struct OutageLog(AtomicBool);

impl OutageLog {
    /// A job failed because of an outage.
    pub fn down(&self, why: &str) {
        self.0.store(true, Ordering::Relaxed);
        let what = format!("jobs wait and are retried every second: {why}");
        WARNINGS.warn(&what, &why);
    }

    /// A job succeeded.
    pub fn up(&self) {
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!("the outage is over, jobs run again");
        }
    }
}
