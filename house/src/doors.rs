//! The limiter's end: whoever waits for a permit is sent away, and what was really used is stored.

use adapters::limiter::LocalLimiter;
use std::sync::Arc;

/// The doors of the limiter that this process uses.
#[derive(Clone)]
pub enum Doors {
    /// Of a process that has its lanes to itself.
    Local(Arc<LocalLimiter>),
}

impl Doors {
    /// Sends away whoever waits for a permit, so that its job is put back.
    pub fn close(&self) {
        match self {
            Self::Local(limiter) => limiter.close_doors(),
        }
    }

    /// Stores what the lanes really used.
    pub async fn store_exact_use(&self) {
        match self {
            Self::Local(limiter) => limiter.store_exact_use().await,
        }
    }
}
