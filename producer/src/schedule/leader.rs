//! Leader election: of several producers, the one that holds the lease keeps the schedule.

use chrono::TimeDelta;
use shared::ports::context::Context;
use shared::ports::store::StoreError;
use uuid::Uuid;

/// Another producer takes over this long after the leader's last sign of life.
const LEASE: TimeDelta = TimeDelta::seconds(10);
const NAME: &str = "producer/lead";

/// Who keeps the schedule.
pub enum Leadership {
    /// This process, as the only one on its database.
    Always,
    /// The holder of the lease.
    Lease(LeaderLease),
}

impl Leadership {
    /// Whether this process leads now.
    pub(super) async fn acquire(&self) -> Result<bool, StoreError> {
        match self {
            Self::Always => Ok(true),
            Self::Lease(lease) => lease.acquire().await,
        }
    }

    /// Lets another process lead at once.
    pub async fn release(&self) {
        if let Self::Lease(lease) = self {
            lease.release().await;
        }
    }
}

/// The leader lease, as one producer sees it.
pub struct LeaderLease {
    ctx: Context,
    holder: String,
}

impl LeaderLease {
    /// A lease that is not acquired yet.
    pub fn new(ctx: Context) -> Self {
        Self {
            ctx,
            holder: Uuid::now_v7().to_string(),
        }
    }

    /// Acquires or renews the lease; `false` while another producer holds it. Call it well within
    /// the 10 s of the lease.
    ///
    /// # Errors
    ///
    /// When the database does not answer: then this process must not act as the leader.
    async fn acquire(&self) -> Result<bool, StoreError> {
        let now = self.ctx.clock.now();
        self.ctx
            .store
            .take_lease(NAME, &self.holder, now, now + LEASE)
            .await
    }

    /// Releases the lease, so that another producer takes over at once.
    async fn release(&self) {
        if let Err(error) = self.ctx.store.end_lease(NAME, &self.holder).await {
            tracing::warn!(%error, "could not release the leader lease; it expires in 10 s");
        }
    }
}
