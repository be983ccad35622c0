//! A limiter without limits: the bench measures the work, not the waiting.

use adapters::clock::SystemClock;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, Micros};
use shared::ports::clock::Clock as _;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use std::time::Duration;

/// Grants every permit at once.
pub struct Unlimited;

#[async_trait]
impl Limiter for Unlimited {
    async fn acquire(&self, lane: &Lane, _: Priority) -> Result<Grant, LimiterError> {
        Ok(Grant::Go(Permit {
            lane: lane.clone(),
            granted_at: 0,
            period: 0,
            waited: Duration::ZERO,
            good_until: None,
        }))
    }

    async fn feedback(&self, _: &Lane, _: Micros, _: Feedback) {}

    async fn close(&self, _: &Lane, _: Window) -> DateTime<Utc> {
        SystemClock.now()
    }

    async fn period(&self, _: &Lane) -> Option<Micros> {
        None
    }
}
