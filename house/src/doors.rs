//! The limiter's end: whoever waits for a permit is sent away, and what was really used is stored.

use adapters::limiter::{LocalLimiter, RedisLimiter};
use std::sync::Arc;

/// The doors of the limiter that this process uses.
#[derive(Clone)]
pub enum Doors {
    /// Of a process that has its lanes to itself.
    Local(Arc<LocalLimiter>),
    /// Of a process that shares them.
    Shared(Arc<RedisLimiter>),
}

impl Doors {
    /// Sends away whoever waits for a permit, so that its job is put back.
    pub fn close(&self) {
        match self {
            Self::Local(limiter) => limiter.close_doors(),
            Self::Shared(limiter) => limiter.close_doors(),
        }
    }

    /// Stores what the lanes really used, or leaves them to the others.
    pub async fn end(&self) {
        match self {
            Self::Local(limiter) => limiter.store_exact_use().await,
            Self::Shared(limiter) => limiter.end().await,
        }
    }
}
