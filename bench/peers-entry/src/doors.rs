//! Lanes without a rate: the bench measures the work and not the wait.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, Micros};
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use std::time::Duration;

/// Gives leave at once.
pub struct Open;

#[async_trait]
impl Limiter for Open {
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
        Utc::now()
    }

    async fn period(&self, _: &Lane) -> Option<Micros> {
        None
    }
}
