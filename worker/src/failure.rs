//! Why a job did not get through, with what to do about it. The reaction comes from where the fault
//! was born; this only carries it to the frame.

use chrono::{DateTime, Utc};
use shared::domain::retry::Remedy;
use shared::ports::limiter::LimiterError;
use shared::ports::marketplace::MarketplaceError;
use shared::ports::queue::QueueError;
use shared::ports::shop::ShopError;
use shared::ports::store::StoreError;
use std::time::Duration;

/// Rest of a place whose job met a database, queue or limiter that is away. It costs no attempt: the job is
/// not to blame. Put back for a second instead, thousands of waiting jobs would be tried in it.
const HOUSE_AWAY: Duration = Duration::from_secs(1);

/// Why a job did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Failure {
    /// What to do about it.
    pub remedy: Remedy,
    /// For people; holds no secret.
    pub why: String,
}

impl Failure {
    /// Come back after `pause`; no attempt is spent.
    pub fn wait(pause: Duration, why: impl Into<String>) -> Self {
        Self {
            remedy: Remedy::Wait(pause),
            why: why.into(),
        }
    }

    /// Come back at `until`; no attempt is spent.
    pub fn wait_until(until: DateTime<Utc>, now: DateTime<Utc>, why: impl Into<String>) -> Self {
        Self::wait((until - now).to_std().unwrap_or_default(), why)
    }

    fn rest(why: String) -> Self {
        let remedy = Remedy::Rest(HOUSE_AWAY);
        Self { remedy, why }
    }
}

impl From<MarketplaceError> for Failure {
    fn from(error: MarketplaceError) -> Self {
        Self {
            remedy: error.remedy(),
            why: error.to_string(),
        }
    }
}

impl From<ShopError> for Failure {
    fn from(error: ShopError) -> Self {
        Self {
            remedy: error.remedy(),
            why: error.to_string(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let remedy = match error {
            StoreError::Unavailable(_) => Remedy::Rest(HOUSE_AWAY),
            StoreError::Unusable(_) | StoreError::Newer { .. } | StoreError::Sealed { .. } => {
                Remedy::Stop
            }
            StoreError::Damaged(_) => Remedy::GiveUp,
        };
        Self {
            remedy,
            why: error.to_string(),
        }
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        Self::rest(error.to_string())
    }
}

impl From<LimiterError> for Failure {
    fn from(error: LimiterError) -> Self {
        Self::rest(error.to_string())
    }
}
