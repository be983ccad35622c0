//! The section of a report about the shops that a reconciliation has read.

use super::account::AccountId;
use super::asin::Asin;
use super::listing::{ItemId, ShopState};
use serde::{Deserialize, Serialize};

/// What a reconciliation found in the shops.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reconciled {
    /// The shops that it reads.
    pub shops: Vec<ReconciledShop>,
    /// Items on the pages; an item that moved meanwhile may count twice.
    pub items: u64,
    /// Listings that differ from their last update, other than by a sale.
    pub drifted: u64,
    /// Drifted listings with another price.
    pub price: u64,
    /// Drifted listings with another visibility.
    pub visible: u64,
    /// Drifted listings with another stock, except those that sold out.
    pub stock: u64,
    /// The first ten drifted listings.
    pub examples: Vec<Drifted>,
    /// Listings that sold out in the shop while Amazon has stock: cooling down, or stocked again.
    pub sold_out: u64,
    /// The first ten of them.
    pub sold_out_examples: Vec<Drifted>,
    /// Listings whose item was deleted; they are delisted.
    pub gone: u64,
    /// The first ten of them.
    pub gone_examples: Vec<Drifted>,
    /// Listings on no page of a shop that misses too many at once; they are left as they are.
    pub missing_held: u64,
    /// Items without a listing.
    pub unknown: u64,
    /// The first ten of them.
    pub unknown_examples: Vec<UnknownItem>,
    /// Listings whose item has values that no item can have; they are left as they are.
    #[serde(default)]
    pub impossible: u64,
    /// The first ten of them.
    #[serde(default)]
    pub impossible_examples: Vec<UnknownItem>,
}

/// A shop that a reconciliation reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledShop {
    /// The shop.
    pub account: AccountId,
    /// `open done held given_up`.
    pub state: String,
    /// Items on its pages.
    pub items: u64,
    /// Listings on none of its pages, once the last page was read.
    pub missing: u64,
    /// Why reading it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A listing that differs from its last update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drifted {
    /// The shop.
    pub account: AccountId,
    /// The product.
    pub asin: Asin,
    /// BASE's number.
    pub item: ItemId,
    /// The state of its last update.
    pub left: ShopState,
    /// The state found in the shop; `None` if the item was deleted.
    pub found: Option<ShopState>,
}

/// An item of a shop without a listing, or with impossible values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownItem {
    /// The shop.
    pub account: AccountId,
    /// BASE's number.
    pub item: ItemId,
    /// The shop's own code.
    pub sku: Option<String>,
}
