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

#[cfg(test)]
mod tests {
    use super::*;

    fn state(price: u32, visible: bool, stock: Option<u32>) -> ShopState {
        ShopState {
            price: Yen(price),
            visible,
            stock,
        }
    }

    #[test]
    fn price_visibility_and_a_known_stock_must_be_as_wanted() {
        let wanted = state(1_300, true, Some(1));

        assert!(state(1_300, true, Some(1)).satisfies(&wanted));
        assert!(!state(1_310, true, Some(1)).satisfies(&wanted));
        assert!(!state(1_300, false, Some(1)).satisfies(&wanted));
        assert!(!state(1_300, true, Some(0)).satisfies(&wanted));
    }

    #[test]
    fn a_stock_that_was_never_set_is_not_compared() {
        assert!(state(1_300, true, None).satisfies(&state(1_300, true, Some(1))));
        assert!(state(1_300, true, Some(1)).satisfies(&state(1_300, true, None)));
    }
}
