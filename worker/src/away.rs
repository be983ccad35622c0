//! Whether what every job needs is away: said once when it goes and once when it is back, and not by
//! every job that meets it.

use std::sync::atomic::{AtomicBool, Ordering};

/// What the loops of one program know together.
#[derive(Debug, Default)]
pub struct Away(AtomicBool);

impl Away {
    /// A job could not go on without it.
    pub fn missed(&self, why: &str) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(%why, "work waits, and is tried again every second: {why}");
        }
    }

    /// A job got through.
    pub fn found(&self) {
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!("work goes on");
        }
    }
}
