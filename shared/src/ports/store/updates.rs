//! Updates: one worker at a time edits a listing in the shop to its desired state.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::desired::{HoldReason, Urgency};
use crate::domain::listing::{Listing, ListingId, ShopState, Unconfirmed};
use crate::domain::money::Yen;
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
    /// The price of the product on Amazon.
    pub cost: Option<Yen>,
    /// The account is parked until then.
    pub parked_until: Option<DateTime<Utc>>,
    /// Not to be sent: it would hide a listing that the guard of a run holds.
    pub guarded: bool,
    /// What earlier leases may have sent, and no answer confirmed.
    pub unconfirmed: Option<Unconfirmed>,
    /// The lease.
    pub lease: UpdateLease,
}

impl UpdateTask {
    /// The shop is known to show the desired state.
    pub fn is_equal(&self) -> bool {
        self.unconfirmed.is_none() && self.listing.shown.satisfies(&self.desired)
    }

    /// As long as it is not sent, each order may lose money: it leaves the item hidden, or lifts its price from
    /// below cost.
    pub fn ends_loss(&self) -> bool {
        let shown = &self.listing.shown;
        let of_shown = Urgency::of(shown, &self.desired, self.cost);
        !self.desired.visible || self.urgency.min(of_shown) != Urgency::Normal
    }

    /// The claim of its holder, who has sent nothing yet.
    pub fn claim(&self) -> UpdateClaim {
        UpdateClaim {
            lease: Some(self.lease),
            ..UpdateClaim::without_lease(self.listing.id, self.version)
        }
    }
}

/// A lease of a listing. From its begin on, the desired state counts as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateLease {
    /// Its end, by which the store knows its holder.
    pub until: DateTime<Utc>,
    /// The leases since the listing was last confirmed, with this one.
    pub sends: i64,
}

/// What a caller settles: the updates of a listing up to a version, under its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateClaim {
    /// The listing.
    pub listing: ListingId,
    /// The newest version of the desired state that is settled.
    pub version: i64,
    /// Its lease; `None` for a caller that has none, which leaves the lease of another alone.
    pub lease: Option<UpdateLease>,
    /// The state that was sent, if the shop may show it although no answer says so.
    pub in_doubt: Option<ShopState>,
}

impl UpdateClaim {
    /// For a caller that does not have the listing.
    pub fn without_lease(listing: ListingId, version: i64) -> Self {
        Self {
            listing,
            version,
            lease: None,
            in_doubt: None,
        }
    }
}

/// How an update ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateResult {
    /// The shop now shows this state.
    Applied(ShopState),
    /// The same, while a sale of the platform asks buyers for this price.
    OnSale(ShopState, Yen),
    /// The same, and the product costs more: the update is not settled, its listing is to be hidden.
    SaleBelowCost(ShopState, Yen),
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
    /// The same until the hours begin at which everything is sent (`RUN_HOURS`).
    OutsideHours,
    /// The item no longer exists in the shop; it is never requested again.
    Delisted,
}

/// Which parked updates are sent at a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentNow {
    /// All.
    All,
    /// Those that leave their item hidden, or lift its price from below cost.
    EndOfLoss,
}

/// Leases listings for an update, and settles updates.
#[async_trait]
pub trait UpdateStore: Send + Sync {
    /// Leases the listing to the caller until `until`, and stores in the same statement that its
    /// desired state may be sent; `Ok(None)` when it is not to be updated any
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

    /// Releases the listing and settles every queued or parked update of it up to the version, in
    /// one transaction. Returns the open runs that have no queued update left because of it.
    ///
    /// A caller whose lease another worker has taken over settles nothing, and what it sent stays
    /// in doubt: which of the two edits came last is unknown.
    async fn finish_update(
        &self,
        claim: UpdateClaim,
        result: &UpdateResult,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunId>, StoreError>;

    /// Releases the listing without settling anything, so that a retry can lease it.
    async fn release_update(&self, claim: UpdateClaim, at: DateTime<Utc>)
    -> Result<(), StoreError>;

    /// Releases all listings. Only for a process that knows that it is the only one: the holders of
    /// the leases are dead.
    async fn release_all_updates(&self) -> Result<(), StoreError>;

    /// The first `limit` listings after `after`, by id, with an update that is queued, or parked
    /// until before `now` and among those that are `sent` now: each needs a message.
    async fn unsettled_updates(
        &self,
        now: DateTime<Utc>,
        sent: SentNow,
        after: ListingId,
        limit: u32,
    ) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError>;

    /// How many listings of each account have an update that is queued or parked. An account
    /// without one is left out.
    async fn waiting_updates(&self) -> Result<Vec<(AccountId, u64)>, StoreError>;
}
