//! One product in one shop account.

use super::account::AccountId;
use super::asin::Asin;
use super::money::Yen;
use super::outcome::words;
use serde::{Deserialize, Serialize};

/// The row's number in our store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListingId(pub i64);

/// BASE's number of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub i64);

/// Where a listing stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingStatus {
    /// Not yet in the shop.
    Pending,
    /// In the shop, shown or hidden.
    Listed,
    /// Gone from the shop; never asked for again.
    Delisted,
}

words!(ListingStatus {
    Pending => "pending",
    Listed => "listed",
    Delisted => "delisted",
});

/// One product in one shop account, with what the shop shows as far as we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The row.
    pub id: ListingId,
    /// The shop.
    pub account: AccountId,
    /// The product.
    pub asin: Asin,
    /// BASE's number.
    pub item: ItemId,
    /// What was last applied to the shop, or imported.
    pub shown: ShopState,
}

/// What an item looks like in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopState {
    /// Selling price, tax included.
    pub price: Yen,
    /// Shown to buyers.
    pub visible: bool,
    /// Pieces; `None` when we never set nor read it.
    pub stock: Option<u32>,
}

impl ShopState {
    /// Whether an item that looks like `self` needs no edit to look like `wanted`. A stock that we
    /// never set is not compared: reading it is the reconciliation's work.
    pub fn satisfies(&self, wanted: &Self) -> bool {
        let stock_differs = match (self.stock, wanted.stock) {
            (Some(shown), Some(wanted)) => shown != wanted,
            _ => false,
        };
        self.price == wanted.price && self.visible == wanted.visible && !stock_differs
    }
}
