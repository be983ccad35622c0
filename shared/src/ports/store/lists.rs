//! Complete lists of products, by what a person may have to do about them, and the products that a
//! message of a queue is about. A report and a notice show the first ten of each list.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::desired::Urgency;
use crate::domain::listing::{ItemId, ListingId, ShopState};
use crate::domain::outcome::words;
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProductList {
    /// Held for a person to check.
    Held,
    /// The last update failed.
    Failed,
    /// An update is queued, or parked until the shop accepts requests.
    Waiting,
    /// Not fetched by a run.
    Missing,
    /// The price changed on Amazon in a run.
    PriceChanges,
    /// The stock changed on Amazon in a run.
    StockChanges,
    /// On sale, but unknown to Amazon.
    Invalid,
    /// Not in stock on Amazon.
    SoldOut,
    /// Registered, but not yet in the shop.
    Pending,
    /// Deleted from the shop.
    Deleted,
    /// Items of a shop without a listing.
    Unknown,
    /// Changed by hand, as the last reconciliation found them.
    Drifted,
    /// With values that no item can have, as the last reconciliation found them.
    Impossible,
}

words!(ProductList {
    Held => "held",
    Failed => "failed",
    Waiting => "waiting",
    Missing => "missing",
    PriceChanges => "price-changes",
    StockChanges => "stock-changes",
    Invalid => "invalid",
    SoldOut => "sold-out",
    Pending => "pending",
    Deleted => "deleted",
    Unknown => "unknown",
    Drifted => "drifted",
    Impossible => "impossible",
});

impl ProductList {
    /// All lists, the most urgent first.
    pub const ALL: [Self; 13] = [
        Self::Held,
        Self::Failed,
        Self::Waiting,
        Self::Missing,
        Self::PriceChanges,
        Self::StockChanges,
        Self::Invalid,
        Self::SoldOut,
        Self::Pending,
        Self::Deleted,
        Self::Unknown,
        Self::Drifted,
        Self::Impossible,
    ];

    /// Whether a run has such a list; the others say how it is now.
    pub fn is_of_runs(self) -> bool {
        !matches!(
            self,
            Self::Invalid | Self::SoldOut | Self::Pending | Self::Deleted
        )
    }
}

/// Selects the products of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemFilter {
    /// Only in this shop.
    pub account: Option<AccountId>,
    /// As this run found it, instead of now; only for a list of runs.
    pub run: Option<RunId>,
}

/// One product of a list, in one shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedItem {
    /// Its place in the list, after which the next page begins.
    #[serde(skip)]
    pub place: String,
    /// The shop; `None` for a product that no shop lists.
    pub account: Option<AccountId>,
    /// The product; `None` for an item without a listing.
    pub asin: Option<Asin>,
    /// The platform's number.
    pub item: Option<ItemId>,
    /// The shop's own code.
    pub sku: Option<String>,
    /// Its name, if Amazon has told it.
    pub name: Option<String>,
    /// Why it is in the list: a code, or the words of a vendor.
    pub why: Option<String>,
    /// What the shop shows, as far as known.
    pub shown: Option<ShopState>,
    /// The desired state.
    pub wanted: Option<ShopState>,
    /// The run that found it.
    pub run_id: Option<RunId>,
    /// Since when.
    pub at: Option<DateTime<Utc>>,
}

/// The number of a batch, or of a shop that is read, in a run.
pub type RunPart = (RunId, u32);

/// Reads the lists.
#[async_trait]
pub trait ProductListStore: Send + Sync {
    /// One page of a list: the first one, or the one after the place `after`; at most `limit`.
    async fn items(
        &self,
        list: ProductList,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedItem>, StoreError>;

    /// Listings of active accounts in [`ProductList::Failed`], with the newest version of their desired
    /// state, in order of their ids from the one after `after`; at most `limit`.
    async fn failed_updates(
        &self,
        after: ListingId,
        limit: u32,
    ) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError>;

    /// Shop and product of each listing; unknown ones are left out.
    async fn listing_products(
        &self,
        listings: &[ListingId],
    ) -> Result<HashMap<ListingId, (AccountId, Asin)>, StoreError>;

    /// The products of each batch; unknown ones are left out.
    async fn batch_asins(
        &self,
        batches: &[RunPart],
    ) -> Result<HashMap<RunPart, Vec<Asin>>, StoreError>;

    /// The shop of each part of a reconciliation; unknown ones are left out.
    async fn read_shops(
        &self,
        reads: &[RunPart],
    ) -> Result<HashMap<RunPart, AccountId>, StoreError>;

    /// The shops that list each product.
    async fn listed_by(&self, asins: &[Asin]) -> Result<HashMap<Asin, Vec<AccountId>>, StoreError>;
}
