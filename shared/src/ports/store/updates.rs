//! Updates: one worker at a time edits a listing in the shop to its desired state.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::desired::{HoldReason, Urgency};
use crate::domain::listing::{Listing, ListingId, ShopState};
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// A listing that is leased to one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateTask {
    /// The listing with the state that the shop shows.
    pub listing: Listing,
    /// The state to apply.
    pub desired: ShopState,
    /// The version of the desired state.
    pub version: i64,
    /// Its urgency.
    pub urgency: Urgency,
    /// The account is parked until then.
    pub parked_until: Option<DateTime<Utc>>,
    /// Not to be sent: it would hide a listing that the guard of a run holds.
    pub guarded: bool,
}

/// How an update ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateResult {
    /// The shop now shows this state.
    Applied(ShopState),
    /// The shop showed the desired state already.
    Equal,
    /// Held for a person.
    Held(HoldReason),
    /// Held until a person decides about a run, this one or another, that hides too much.
    Guarded,
    /// Refused, or all attempts failed; the code for the report.
    Failed(String),
    /// Waits until the account's quota is reset. The listing's update is not settled, but its run
    /// no longer waits for it.
    Parked,
    /// The item no longer exists in the shop; it is never requested again.
    Delisted,
}

/// Leases listings for an update, and settles updates.
#[async_trait]
pub trait UpdateStore: Send + Sync {
    /// Leases the listing to the caller until `until`; `Ok(None)` when it is not to be updated any
    /// more (delisted, account inactive, no desired state).
    ///
    /// # Errors
    ///
    /// `Ok(Some(Err(busy_until)))` is not an error: another worker has the lease.
    async fn begin_update(
        &self,
        listing: ListingId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Result<UpdateTask, DateTime<Utc>>>, StoreError>;

    /// Releases the listing and settles every queued or parked update of it up to `version`, in one
    /// transaction. Returns the open runs that have no queued update left because of it.
    async fn finish_update(
        &self,
        listing: ListingId,
        version: i64,
        result: &UpdateResult,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunId>, StoreError>;

    /// Releases the listing without settling anything, so that a retry can lease it.
    async fn release_update(&self, listing: ListingId) -> Result<(), StoreError>;

    /// Releases all listings. Only for a process that knows that it is the only one: the holders of
    /// the leases are dead.
    async fn release_all_updates(&self) -> Result<(), StoreError>;

    /// The first `limit` listings after `after`, by id, with an update that is queued, or parked
    /// until before `now`: each needs a message.
    async fn unsettled_updates(
        &self,
        now: DateTime<Utc>,
        after: ListingId,
        limit: u32,
    ) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError>;

    /// How many listings of each account have an update that is queued or parked. An account
    /// without one is left out.
    async fn waiting_updates(&self) -> Result<Vec<(AccountId, u64)>, StoreError>;
}
