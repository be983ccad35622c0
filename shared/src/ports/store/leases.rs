//! Named leases, for work that only one process may do at a time.

use super::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Stores leases.
#[async_trait]
pub trait LeaseStore: Send + Sync {
    /// Acquires or renews the lease `name` for `holder` until `until`; `false` while another holder
    /// has it. A lease that has expired by `now` is free.
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Until when somebody has the lease `name`, unless it is renewed; `None` if nobody has taken it since
    /// it was released.
    async fn lease_until(&self, name: &str) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Releases the lease, if `holder` has it.
    async fn end_lease(&self, name: &str, holder: &str) -> Result<(), StoreError>;
}
