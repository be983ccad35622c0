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

/// States that were sent to the shop and that no answer has confirmed: the shop may show one of them.
///
/// Stored before the call, so that neither a lost answer nor a killed worker leaves a listing that
/// counts as right and is not. An edit that is answered, or a look at the item, confirms what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unconfirmed(pub Vec<ShopState>);

impl Unconfirmed {
    /// The state, `left` or one that was sent, that best explains the state which the shop shows:
    /// the same one, else one with the same price and visibility, else `left`.
    pub fn explain(&self, left: ShopState, found: ShopState) -> ShopState {
        let known = || std::iter::once(&left).chain(self.0.iter().rev());
        let but_for_stock = |state: &ShopState| ShopState {
            stock: found.stock,
            ..*state
        };
        let same = known().find(|state| **state == found);
        let similar = || known().find(|state| but_for_stock(state) == found);
        *same.or_else(similar).unwrap_or(&left)
    }

    /// The state that was `left`, with a stock that is ours if any of these set one.
    pub fn with_our_stock(&self, left: ShopState) -> ShopState {
        let sent = || self.0.iter().find_map(|state| state.stock);
        ShopState {
            stock: left.stock.or_else(sent),
            ..left
        }
    }

    /// Whether the item has the stock of `wanted` whichever of these states it shows.
    pub fn has_stock_of(&self, wanted: &ShopState) -> bool {
        self.0.iter().all(|state| state.stock == wanted.stock)
    }
}

impl ShopState {
    /// Whether an item in the state `self` is hidden as `wanted` is, at whatever price.
    pub fn is_hidden_as(&self, wanted: &Self) -> bool {
        let at_its_price = Self {
            price: wanted.price,
            ..*self
        };
        !wanted.visible && at_its_price.satisfies(wanted)
    }

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
    fn what_the_shop_shows_is_explained_by_what_was_left_or_sent() {
        let left = state(1_300, true, Some(1));
        let hidden = state(1_300, false, Some(0));
        let dearer = state(1_500, true, Some(1));
        let sent = Unconfirmed(vec![dearer, hidden]);

        assert_eq!(sent.explain(left, hidden), hidden);
        assert_eq!(sent.explain(left, left), left);
        let sold = state(1_500, true, Some(0));
        assert_eq!(sent.explain(left, sold), dearer, "sold at the new price");
        let manual = state(9_000, true, Some(1));
        assert_eq!(sent.explain(left, manual), left);
    }

    #[test]
    fn a_stock_is_ours_when_any_state_that_was_sent_has_set_one() {
        let never_set = state(1_300, true, None);
        let sent = Unconfirmed(vec![state(1_500, true, None), state(1_600, false, Some(0))]);

        assert_eq!(sent.with_our_stock(never_set), state(1_300, true, Some(0)));
        let stocked = state(1_300, true, Some(1));
        assert_eq!(sent.with_our_stock(stocked), stocked);
        assert_eq!(Unconfirmed::default().with_our_stock(never_set), never_set);
    }

    #[test]
    fn an_item_has_the_wanted_stock_for_sure_when_every_state_that_was_sent_has_it() {
        let (one, none) = (state(1_300, true, Some(1)), state(1_300, false, Some(0)));
        let dearer = state(1_500, true, Some(1));

        assert!(Unconfirmed(vec![one, dearer]).has_stock_of(&one));
        assert!(!Unconfirmed(vec![one, none]).has_stock_of(&one));
    }

    #[test]
    fn a_hidden_item_is_hidden_as_wanted_at_whatever_price() {
        let wanted = state(1_300, false, Some(0));

        assert!(state(9_000, false, Some(0)).is_hidden_as(&wanted));
        assert!(!state(1_300, true, Some(0)).is_hidden_as(&wanted));
        assert!(!state(1_300, false, Some(1)).is_hidden_as(&wanted));
        let shown = state(1_300, true, Some(1));
        assert!(!shown.is_hidden_as(&shown), "nothing is to be hidden");
    }

    #[test]
    fn a_stock_that_was_never_set_is_not_compared() {
        assert!(state(1_300, true, None).satisfies(&state(1_300, true, Some(1))));
        assert!(state(1_300, true, Some(1)).satisfies(&state(1_300, true, None)));
    }
}
