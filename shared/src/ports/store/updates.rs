//! Updates: one listing brought to its desired state, by one worker at a time.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::desired::{HoldReason, Urgency};
use crate::domain::listing::{Listing, ListingId, ShopState};
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// A listing in the hands of one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateTask {
    /// The listing with what the shop shows.
    pub listing: Listing,
    /// What it should look like.
    pub desired: ShopState,
    /// The version of the desired state.
    pub version: i64,
    /// How much it hurries.
    pub urgency: Urgency,
    /// The account's quota is used up until then.
    pub parked_until: Option<DateTime<Utc>>,
    /// It would hide what the guard of some run holds: not to be sent.
    pub guarded: bool,
}

/// How an update ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateResult {
    /// The shop looks like this now.
    Applied(ShopState),
    /// The shop looked like it already.
    Equal,
    /// Waits for a person.
    Held(HoldReason),
    /// Waits for a person's word on a run, this one or another, that hides too many at once.
    Guarded,
    /// Refused, or tried in vain; by the report's code.
    Failed(String),
    /// Waits for the account's reset. Not an end for the listing, but for the run that waits for it.
    Parked,
    /// The item is gone from the shop; it is never asked for again.
    Delisted,
}

/// Hands out and settles updates.
#[async_trait]
pub trait UpdateStore: Send + Sync {
    /// Takes the listing into one worker's hands until `until`; `Ok(None)` when it is not to be
    /// updated any more (delisted, account inactive, no desired state).
    ///
    /// # Errors
    ///
    /// `Ok(Some(Err(busy_until)))` is no error: another worker has it.
    async fn begin_update(
        &self,
        listing: ListingId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Result<UpdateTask, DateTime<Utc>>>, StoreError>;

    /// Lets go of the listing and settles every queued or parked update of it up to `version`, in
    /// one transaction. Returns the open runs that have no queued update left by it.
    async fn finish_update(
        &self,
        listing: ListingId,
        version: i64,
        result: &UpdateResult,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunId>, StoreError>;

    /// Lets go of the listing with nothing settled, so that a later try can take it.
    async fn release_update(&self, listing: ListingId) -> Result<(), StoreError>;

    /// Lets go of all listings. For a process that knows that it is the only one at work: whoever
    /// held them is gone.
    async fn release_all_updates(&self) -> Result<(), StoreError>;

    /// Listings of active accounts whose desired state differs from what is shown, with an update
    /// that is queued or parked: what a process that starts has to send messages for.
    async fn unsettled_updates(&self) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError>;

    /// How many listings of each account have an update that is not settled: on its way, or waiting for
    /// the account. An account without one is left out.
    async fn waiting_updates(&self) -> Result<Vec<(AccountId, u64)>, StoreError>;
}
