//! One product in one shop account.

use super::account::AccountId;
use super::asin::Asin;
use super::money::Yen;
use super::outcome::words;
use serde::{Deserialize, Serialize};

/// The number of the row in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListingId(pub i64);

/// BASE's number of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub i64);

/// The status of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingStatus {
    /// Not yet in the shop.
    Pending,
    /// In the shop, shown or hidden.
    Listed,
    /// Deleted from the shop; never requested again.
    Delisted,
}

words!(ListingStatus {
    Pending => "pending",
    Listed => "listed",
    Delisted => "delisted",
});

/// One product in one shop account, with the last known state in the shop.
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
    /// The state that was last applied to the shop, or imported.
    pub shown: ShopState,
}

/// What an item looks like in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopState {
    /// Selling price, tax included.
    pub price: Yen,
    /// Whether buyers see it.
    pub visible: bool,
    /// Pieces; `None` if Miseban has neither set nor read it.
    pub stock: Option<u32>,
}

impl ShopState {
    /// Whether an item in the state `self` needs no edit to reach `wanted`. An unknown stock is not
    /// compared; the reconciliation reads it.
    pub fn satisfies(&self, wanted: &Self) -> bool {
        let stock = self.stock.and(wanted.stock);
        let same_stock = stock.is_none() || self.stock == wanted.stock;
        self.price == wanted.price && self.visible == wanted.visible && same_stock
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
