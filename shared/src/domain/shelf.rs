//! What a shop shows, read back: its items by pages, and what a listing that was found there means.

use super::listing::{ItemId, ShopState};

/// Items on a full page (source: BASE API documentation, `GET /1/items`, `limit` at most 100).
pub const PAGE: u32 = 100;

/// An item of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopItem {
    /// BASE's number.
    pub id: ItemId,
    /// The shop's own code (`identifier`).
    pub sku: Option<String>,
    /// As it is shown; `None` where the shop told impossible values.
    pub state: Option<ShopState>,
}

/// One page of a shop's items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShopPage {
    /// In the shop's order.
    pub items: Vec<ShopItem>,
}

impl ShopPage {
    /// Whether no page comes after it: the shop tells no number of items, so a short page is the last.
    pub fn is_last(&self) -> bool {
        self.items.len() < PAGE as usize
    }
}

/// What was found of a listing, beside what we had left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// As we left it.
    pub left: ShopState,
    /// As it is shown. A stock that we never set stays unknown while there is some: it is not ours to
    /// set right.
    pub found: ShopState,
    /// Sold out in the shop: nothing is left of what there was.
    pub sold_out: bool,
}

impl Sighting {
    /// Compares what the shop shows with what we left there. `was_sold_out`: it was known to be so before.
    pub fn of(left: ShopState, shown: ShopState, was_sold_out: bool) -> Self {
        let nothing_left = shown.stock == Some(0);
        let sold_out = nothing_left
            && match left.stock {
                Some(0) => was_sold_out,
                Some(_) => true,
                None => left.visible && shown.visible,
            };
        let ours = left.stock.is_some() || sold_out;
        let found = ShopState {
            stock: shown.stock.filter(|_| ours),
            ..shown
        };
        Self {
            left,
            found,
            sold_out,
        }
    }

    /// Whether it looks otherwise than we left it.
    pub fn drifted(&self) -> bool {
        self.found != self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Yen;

    fn state(visible: bool, stock: Option<u32>) -> ShopState {
        ShopState {
            price: Yen(1_300),
            visible,
            stock,
        }
    }

    #[test]
    fn what_was_in_stock_and_has_none_left_is_sold_out() {
        let seen = Sighting::of(state(true, Some(1)), state(true, Some(0)), false);

        assert!(seen.sold_out && seen.drifted());
    }

    #[test]
    fn what_we_hid_without_stock_is_not_sold_out() {
        let seen = Sighting::of(state(false, Some(0)), state(false, Some(0)), false);

        assert!(!seen.sold_out && !seen.drifted());
    }

    #[test]
    fn what_rests_stays_sold_out_until_it_is_stocked() {
        let rests = Sighting::of(state(true, Some(0)), state(true, Some(0)), true);
        let stocked = Sighting::of(state(true, Some(0)), state(true, Some(2)), true);

        assert!(rests.sold_out && !rests.drifted());
        assert!(!stocked.sold_out && stocked.drifted());
    }

    #[test]
    fn a_stock_that_we_never_set_is_no_drift_unless_it_is_gone() {
        let some = Sighting::of(state(true, None), state(true, Some(7)), false);
        let none = Sighting::of(state(true, None), state(true, Some(0)), false);
        let hidden = Sighting::of(state(false, None), state(false, Some(0)), false);

        assert!(!some.drifted());
        assert!(none.sold_out && none.drifted());
        assert!(!hidden.sold_out && !hidden.drifted());
    }

    #[test]
    fn a_short_page_is_the_last() {
        let item = ShopItem {
            id: ItemId(1),
            sku: None,
            state: None,
        };
        let page = |length| ShopPage {
            items: vec![item.clone(); length],
        };

        assert!(page(0).is_last() && page(99).is_last() && !page(100).is_last());
    }
}
