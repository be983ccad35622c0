//! The items of a shop, read page by page, and how a shown item differs from what we last set.

use super::desired::is_at_a_loss;
use super::listing::{ItemId, ShopState};
use super::money::Yen;

/// An item of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopItem {
    /// The shop's number.
    pub id: ItemId,
    /// The shop's own code (`identifier`).
    pub sku: Option<String>,
    /// Price, visibility and stock as shown; `None` if the shop sent impossible values.
    pub state: Option<ShopState>,
    /// What buyers are asked during a sale of the platform.
    pub sale: Option<Yen>,
}

/// What the shop shows of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemView {
    /// The price that is set, visibility, and the stock if it is one for the whole item: that of an
    /// item with variations is not ours to set.
    pub state: ShopState,
    /// What buyers are asked during a sale of the platform.
    pub sale: Option<Yen>,
}

impl ItemView {
    /// What buyers are asked.
    pub fn asked(&self) -> Yen {
        self.sale.unwrap_or(self.state.price)
    }

    /// Whether buyers are asked for less than the product costs.
    pub fn is_below(&self, cost: Option<Yen>) -> bool {
        is_at_a_loss(Some(self.asked()), cost)
    }
}

impl From<ShopState> for ItemView {
    fn from(state: ShopState) -> Self {
        Self { state, sale: None }
    }
}

/// Where the next page of a shop starts, in the words of its platform: an offset, a page token. Only the
/// adapter that issued it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCursor(pub String);

/// One page of a shop's items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShopPage {
    /// In the shop's order.
    pub items: Vec<ShopItem>,
    /// The next page; `None` after the last one.
    pub next: Option<PageCursor>,
}

/// The state that the shop shows for a listing, beside the state that we set last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingDiff {
    /// The state that we set last.
    pub left: ShopState,
    /// The state that the shop shows. A stock that we never set stays unknown while it is above
    /// zero, since we must not correct it.
    pub found: ShopState,
    /// The item sold out in the shop: its stock fell to zero.
    pub sold_out: bool,
}

impl ListingDiff {
    /// Compares the `shown` state with the state that we `left`. `was_sold_out`: the store already
    /// had the item as sold out.
    pub fn of(left: ShopState, shown: ShopState, was_sold_out: bool) -> Self {
        let nothing_left = shown.stock == Some(0);
        let sold_out = nothing_left
            && match left.stock {
                Some(0) => was_sold_out,
                Some(_) => true,
                None => left.visible && shown.visible,
            };
        let ours = left.stock.is_some() || sold_out;
        // A shop that tells no stock of the item's own does not tell another.
        let stock = if shown.stock.is_none() {
            left.stock
        } else {
            shown.stock.filter(|_| ours)
        };
        let found = ShopState { stock, ..shown };
        Self {
            left,
            found,
            sold_out,
        }
    }

    /// Whether the shop shows another state than the one that we set.
    pub fn drifted(&self) -> bool {
        self.found != self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(visible: bool, stock: Option<u32>) -> ShopState {
        ShopState {
            price: Yen(1_300),
            visible,
            stock,
        }
    }

    #[test]
    fn buyers_are_asked_for_the_price_of_a_sale_and_else_for_the_price_that_is_set() {
        let usual = ItemView::from(state(true, Some(1)));
        let on_sale = ItemView {
            sale: Some(Yen(900)),
            ..usual
        };

        assert_eq!((usual.asked(), on_sale.asked()), (Yen(1_300), Yen(900)));
        let cost = Some(Yen(1_000));
        assert!(on_sale.is_below(cost) && !usual.is_below(cost));
        assert!(!on_sale.is_below(Some(Yen(900))), "a sale at cost");
        assert!(!on_sale.is_below(None));
    }

    #[test]
    fn an_item_whose_stock_fell_to_zero_is_sold_out() {
        let seen = ListingDiff::of(state(true, Some(1)), state(true, Some(0)), false);

        assert!(seen.sold_out && seen.drifted());
    }

    #[test]
    fn an_item_that_we_hid_without_stock_is_not_sold_out() {
        let seen = ListingDiff::of(state(false, Some(0)), state(false, Some(0)), false);

        assert!(!seen.sold_out && !seen.drifted());
    }

    #[test]
    fn a_stock_that_the_shop_does_not_tell_is_no_drift() {
        let seen = ListingDiff::of(state(true, Some(1)), state(true, None), false);

        assert!(!seen.sold_out && !seen.drifted());
    }

    #[test]
    fn a_sold_out_item_stays_sold_out_until_it_is_restocked() {
        let waiting = ListingDiff::of(state(true, Some(0)), state(true, Some(0)), true);
        let stocked = ListingDiff::of(state(true, Some(0)), state(true, Some(2)), true);

        assert!(waiting.sold_out && !waiting.drifted());
        assert!(!stocked.sold_out && stocked.drifted());
    }

    #[test]
    fn a_stock_that_we_never_set_is_no_drift_unless_it_is_zero() {
        let some = ListingDiff::of(state(true, None), state(true, Some(7)), false);
        let none = ListingDiff::of(state(true, None), state(true, Some(0)), false);
        let hidden = ListingDiff::of(state(false, None), state(false, Some(0)), false);
        let hidden_by_hand = ListingDiff::of(state(true, None), state(false, Some(0)), false);

        assert!(!some.drifted());
        assert!(none.sold_out && none.drifted());
        assert!(!hidden.sold_out && !hidden.drifted());
        assert!(!hidden_by_hand.sold_out && hidden_by_hand.drifted());
    }
}
