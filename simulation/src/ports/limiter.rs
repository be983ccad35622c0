//! The limiter behind a gate.

use crate::event::Port;
use crate::gate::{Gate, NamedCall};
use adapters::limiter::LocalLimiter;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, Micros};
use shared::ports::limiter::{Grant, Limiter, LimiterError};
use std::sync::Arc;

const SHOWN: usize = 120;

/// The limiter of one process, which others may share.
pub struct GatedLimiter {
    /// Its gate.
    pub gate: Gate,
    /// The state machines of the lanes.
    pub limiter: Arc<LocalLimiter>,
}

impl GatedLimiter {
    fn call(name: &'static str, lane: &Lane) -> NamedCall {
        NamedCall {
            port: Port::Limiter,
            name,
            subject: format!(" {lane}"),
            shown: SHOWN,
        }
    }
}

#[async_trait]
impl Limiter for GatedLimiter {
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError> {
        let refuse = |why: &str| LimiterError(why.to_owned());
        let work = self.limiter.acquire(lane, priority);
        self.gate
            .pass(Self::call("acquire", lane), refuse, work)
            .await
    }

    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback) {
        let refuse = |why: &str| LimiterError(why.to_owned());
        let work = async {
            self.limiter.feedback(lane, granted_at, feedback).await;
            Ok(feedback.refused)
        };
        let told = self.gate.pass(Self::call("feedback", lane), refuse, work);
        // Feedback that does not arrive is lost, as over a network.
        let _ = told.await;
    }

    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc> {
        self.gate.open().await;
        self.limiter.close(lane, window).await
    }

    async fn period(&self, lane: &Lane) -> Option<Micros> {
        self.gate.open().await;
        self.limiter.period(lane).await
    }

    async fn refused_since(&self, lane: &Lane) -> Option<DateTime<Utc>> {
        self.gate.open().await;
        self.limiter.refused_since(lane).await
    }
}
