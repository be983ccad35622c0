//! Leader election: of several producers, the one that holds the lease keeps the schedule.

use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::wrong_clock::lasting;
use shared::ports::context::Context;
use shared::ports::store::{Store, StoreError};
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
    /// Whether this process leads now: acquires or renews the lease. Call it well within the 10 s of the
    /// lease. If the database does not answer, this process must not act as the leader.
    pub(super) async fn acquire(&self) -> Result<bool, StoreError> {
        let Self::Lease(LeaderLease { ctx, holder }) = self else {
            return Ok(true);
        };
        let now = ctx.clock.now();
        ctx.store.take_lease(NAME, holder, now, now + LEASE).await
    }

    /// Releases the lease, so that another process leads at once.
    pub async fn release(&self) {
        if let Self::Lease(LeaderLease { ctx, holder }) = self
            && let Err(error) = ctx.store.end_lease(NAME, holder).await
        {
            tracing::warn!(%error, "could not release the leader lease; it expires in 10 s");
        }
    }
}

/// Whether a producer leads now, by the lease that it renews every second.
///
/// # Errors
///
/// When the database does not answer.
pub async fn is_led(store: &dyn Store, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let until = store.lease_until(NAME).await?;
    Ok(lasting(until, LEASE, now).is_some())
}

/// The leader lease, as one producer sees it.
pub struct LeaderLease {
    ctx: Context,
    holder: String,
}

impl LeaderLease {
    /// A lease that is not acquired yet.
    pub fn new(ctx: Context) -> Self {
        let holder = Uuid::now_v7().to_string();
        Self { ctx, holder }
    }
}
