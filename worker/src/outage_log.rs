//! Logs an outage of the database, queue or limiter once at its begin and once at its end, and not for
//! each job that meets it.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether there is an outage, for all loops of one program.
#[derive(Debug, Default)]
pub struct OutageLog(AtomicBool);

impl OutageLog {
    /// A job failed because of an outage.
    pub fn down(&self, why: &str) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(%why, "jobs wait and are retried every second: {why}");
        }
    }

    /// A job succeeded.
    pub fn up(&self) {
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!("the outage is over, jobs run again");
        }
    }
}
