//! The catalogue: listings and products.

use super::StoreError;
use crate::domain::account::AccountId;
use crate::domain::asin::Asin;
use crate::domain::basic_info::BasicInfo;
use crate::domain::listing::{ItemId, ListingId, ListingStatus, ShopState};
use crate::domain::product::{Product, Seen};
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
    /// The state that the shop shows.
    pub shown: ShopState,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// New listings.
    pub new: u64,
    /// Known listings whose item or SKU changed.
    pub changed: u64,
    /// Known listings without a change.
    pub same: u64,
    /// What was not imported, since an item on sale would be left without a listing.
    pub held: Vec<HeldImport>,
}

/// A listing that was not imported, until a person says which item sells the product: its ASIN has
/// another item, which nobody would mind any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldImport {
    /// The shop.
    pub account: AccountId,
    /// The product.
    pub asin: Asin,
    /// The item of the import.
    pub item: ItemId,
    /// The listing that has another item; `None` when the import itself has two.
    pub listed: Option<(ListingId, ItemId)>,
}

/// The listings of an account, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListingCounts {
    /// In the shop.
    pub listed: u64,
    /// Registered, but not yet in the shop.
    pub pending: u64,
    /// In the shop, and held for a person to check.
    pub held: u64,
}

/// Reads and writes the catalogue.
#[async_trait]
pub trait CatalogueStore: Send + Sync {
    /// Imports listings in one transaction. A listing is identified by account and ASIN: item and
    /// SKU are taken over; the shown state only for a new listing, since the stored one is newer
    /// than any file. A listing whose item would be left without one is held, unless it is delisted.
    async fn import(
        &self,
        listings: &[NewListing],
        now: DateTime<Utc>,
    ) -> Result<ImportCounts, StoreError>;

    /// Distinct ASINs with a `listed` listing in an active account (or in the given one, if it is
    /// active), in a stable order, without ASINs that Amazon does not know.
    async fn listed_asins(&self, account: Option<&AccountId>) -> Result<Vec<Asin>, StoreError>;

    /// Known products in the order of their ASINs, from the one after `after`.
    async fn products_after(
        &self,
        after: Option<Asin>,
        limit: u32,
    ) -> Result<Vec<Product>, StoreError>;

    /// The basic information of `asins`; an ASIN without one is left out.
    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError>;

    /// ASINs with a listing, or a pending one, in an active account (or in the given one), whose
    /// basic information is missing or older than `before`: the oldest first, without ASINs that
    /// Amazon does not know.
    async fn stale_infos(
        &self,
        account: Option<&AccountId>,
        before: DateTime<Utc>,
    ) -> Result<Vec<Asin>, StoreError>;

    /// Those of `asins` that have a listing in `account`, of any status.
    async fn listed_in(
        &self,
        account: &AccountId,
        asins: &[Asin],
    ) -> Result<HashMap<Asin, ListingStatus>, StoreError>;

    /// The listings of each account, in numbers.
    async fn listing_counts(&self) -> Result<HashMap<AccountId, ListingCounts>, StoreError>;
}
