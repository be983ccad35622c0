//! The catalogue: which listings there are, and the whole story of one ASIN.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::basic_info::BasicInfo;
use crate::domain::desired::HoldReason;
use crate::domain::listing::{ItemId, Listing, ListingStatus, ShopState};
use crate::domain::observation::JudgedOffer;
use crate::domain::outcome::Outcome;
use crate::domain::product::{Product, Seen};
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A listing to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewListing {
    /// The shop.
    pub account: AccountId,
    /// The product.
    pub asin: Asin,
    /// BASE's number.
    pub item: ItemId,
    /// The shop's own code.
    pub sku: String,
    /// What the shop shows.
    pub shown: ShopState,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// Listings that were not known.
    pub new: u64,
    /// Known ones whose item or SKU changed.
    pub changed: u64,
    /// Known ones that were left as they are.
    pub same: u64,
}

/// One result of observing an ASIN, and for how long it stayed the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenInterval {
    /// First observed.
    pub first_at: DateTime<Utc>,
    /// Last observed.
    pub last_at: DateTime<Utc>,
    /// The class.
    pub outcome: Outcome,
    /// The winning price, when one won.
    pub price: Option<u32>,
    /// Each offer of the last answer with its verdict.
    pub offers: Vec<JudgedOffer>,
}

/// A listing with its desired state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingStory {
    /// The listing with what the shop shows.
    pub listing: Listing,
    /// The shop's own code.
    pub sku: String,
    /// Where it stands.
    pub status: ListingStatus,
    /// The newest desired state, its version and when it was computed.
    pub desired: Option<(i64, ShopState, DateTime<Utc>)>,
    /// Waits for a person.
    pub hold: Option<HoldReason>,
    /// When the shop was last brought to a state.
    pub applied_at: Option<DateTime<Utc>>,
}

/// One update and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateStory {
    /// The run that found it due.
    pub run: RunId,
    /// The account.
    pub account: AccountId,
    /// `queued applied equal held failed parked delisted`.
    pub state: String,
    /// The shop's error code, or the reason of a hold.
    pub code: Option<String>,
    /// What was shown when it was found due.
    pub from: ShopState,
    /// What was wanted.
    pub to: ShopState,
    /// Last change.
    pub at: DateTime<Utc>,
}

/// Everything about one ASIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// What is known of it.
    pub product: Option<Product>,
    /// Its basic information, and when Amazon told it.
    pub info: Option<Seen<BasicInfo>>,
    /// What was observed, newest first, at most 20.
    pub seen: Vec<SeenInterval>,
    /// Its listings in all accounts.
    pub listings: Vec<ListingStory>,
    /// Accounts in which it is registered and not yet in the shop, and since when.
    pub pending: Vec<(AccountId, DateTime<Utc>)>,
    /// Its updates, newest first, at most 20.
    pub updates: Vec<UpdateStory>,
}

/// Reads and fills the catalogue.
#[async_trait]
pub trait CatalogueStore: Send + Sync {
    /// Takes listings in, all in one transaction. A listing is known by account and ASIN: item and
    /// SKU are taken over, what is shown only for a new one (ours is newer than any file).
    async fn import(
        &self,
        listings: &[NewListing],
        now: DateTime<Utc>,
    ) -> Result<ImportCounts, StoreError>;

    /// Distinct ASINs with a `listed` listing in an active account (or in the given one, if it is
    /// active), in a stable order, without those that Amazon does not know.
    async fn listed_asins(&self, account: Option<&AccountId>) -> Result<Vec<Asin>, StoreError>;

    /// Known products in the order of their ASINs, from the one after `after`.
    async fn products_after(
        &self,
        after: Option<Asin>,
        limit: u32,
    ) -> Result<Vec<Product>, StoreError>;

    /// The basic information of `asins`; an ASIN without one is left out.
    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError>;

    /// ASINs with a listing, or one to come, in an active account (or in the given one), whose basic
    /// information is missing or older than `before`: the oldest first, without those that Amazon does
    /// not know.
    async fn stale_infos(
        &self,
        account: Option<&AccountId>,
        before: DateTime<Utc>,
    ) -> Result<Vec<Asin>, StoreError>;

    /// Which of `asins` have a listing in `account`, of whatever status.
    async fn listed_in(
        &self,
        account: &AccountId,
        asins: &[Asin],
    ) -> Result<HashMap<Asin, ListingStatus>, StoreError>;

    /// Everything about `asin`.
    async fn story(&self, asin: Asin) -> Result<Story, StoreError>;

    /// Listings by account: account, listed, waiting for a person.
    async fn listing_counts(&self) -> Result<Vec<(AccountId, u64, u64)>, StoreError>;
}
