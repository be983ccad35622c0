//! Leases by name: what only one process may do at a time, whatever number of them there are.

use super::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Gives out leases.
#[async_trait]
pub trait LeaseStore: Send + Sync {
    /// Takes or prolongs the lease of `name` for `holder` until `until`; `false` while another
    /// holder has it. A lease whose time is over by `now` is free.
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back, if `holder` has it.
    async fn end_lease(&self, name: &str, holder: &str) -> Result<(), StoreError>;
}
