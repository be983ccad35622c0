//! What a listing should look like in the shop now, and whether that is worth an edit.

use super::listing::ShopState;
use super::money::Yen;
use super::outcome::words;
use super::pricing::{Bounds, Strategy};
use super::product::Product;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Pieces of an item that can be bought: each order is bought on Amazon.
const STOCK_FOR_SALE: u32 = 1;

/// The shop keeper's rules for selling (`PRICE_*` and `UPDATE_*` settings).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellingRule {
    /// From Amazon's price to ours.
    pub strategy: Strategy,
    /// Accepted selling prices.
    pub bounds: Bounds,
    /// A price that differs by this many yen is worth an edit.
    pub min_change: Yen,
    /// So is one that differs by this share of the shown price, in percent.
    pub min_change_percent: u32,
    /// Offers that fail the rule hide a listing when seen this many times in a row.
    pub filtered_out_after: u32,
    /// How long an item that sold out in the shop stays so before it is stocked again
    /// (`RESTOCK_AFTER_HOURS`); `None` for "until a person stocks it".
    pub restock_after: Option<TimeDelta>,
}

/// What should become of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desire {
    /// Nothing is known yet that would justify touching it.
    Undecided,
    /// It should look like this. Equal to what is shown when no edit is due.
    State(ShopState),
    /// A person has to look; meanwhile it should look like this.
    Held(HoldReason, ShopState),
}

/// Why a listing waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The selling price would be below the lowest accepted one.
    PriceBelowBounds,
    /// The selling price would be above the highest accepted one.
    PriceAboveBounds,
    /// BASE does not let the API edit this item.
    NotEditable,
    /// So many were to be hidden at once that the answers may be broken. Held is the update of one run,
    /// never the desired state.
    MassChange,
}

words!(HoldReason {
    PriceBelowBounds => "price_below_bounds",
    PriceAboveBounds => "price_above_bounds",
    NotEditable => "not_editable",
    MassChange => "mass_change",
});

/// Which updates go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Shown, and cannot be bought: every order loses money.
    Hide,
    /// Shown below what it costs: every order loses money.
    BelowCost,
    /// All the rest.
    Normal,
}

words!(Urgency {
    Hide => "hide",
    BelowCost => "below_cost",
    Normal => "normal",
});

impl SellingRule {
    /// The state that a listing which now looks like `shown` should have, given `product`.
    ///
    /// A price outside the bounds is held, never clamped; what is shown below cost meanwhile is
    /// hidden, since a sale would lose money.
    pub fn desire(&self, product: &Product, shown: &ShopState) -> Desire {
        self.desire_with(product, shown, STOCK_FOR_SALE)
    }

    /// The same for an item that sold out in the shop and rests: it gets no stock.
    pub fn desire_resting(&self, product: &Product, shown: &ShopState) -> Desire {
        self.desire_with(product, shown, 0)
    }

    /// Whether an item that was first seen sold out in the shop at `since` is to stay so at `now`.
    pub fn rests(&self, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        since.is_some_and(|since| self.restock_after.is_none_or(|after| now < since + after))
    }

    fn desire_with(&self, product: &Product, shown: &ShopState, stock: u32) -> Desire {
        match product.sellable(self.filtered_out_after) {
            Some(true) => self.sellable(product, shown, stock),
            Some(false) => Desire::State(hidden(shown)),
            None => Desire::Undecided,
        }
    }

    fn sellable(&self, product: &Product, shown: &ShopState, stock: u32) -> Desire {
        let Some(cost) = product.price.map(|price| price.value) else {
            return Desire::Undecided;
        };
        let price = self.strategy.selling_price(cost);
        if let Some(reason) = self.out_of_bounds(price) {
            let at_a_loss = shown.visible && shown.price < cost;
            let state = if at_a_loss { hidden(shown) } else { *shown };
            return Desire::Held(reason, state);
        }
        let wanted = ShopState {
            price,
            visible: true,
            stock: Some(stock),
        };
        Desire::State(if self.due(shown, &wanted, cost) {
            wanted
        } else {
            *shown
        })
    }

    fn out_of_bounds(&self, price: Yen) -> Option<HoldReason> {
        if price < self.bounds.min {
            Some(HoldReason::PriceBelowBounds)
        } else if price > self.bounds.max {
            Some(HoldReason::PriceAboveBounds)
        } else {
            None
        }
    }

    /// Whether the difference is worth an edit: any of visibility and stock, 100 yen or 3 % of
    /// price, or a shown price below cost (loss guard).
    fn due(&self, shown: &ShopState, wanted: &ShopState, cost: Yen) -> bool {
        let mut same_price = *shown;
        same_price.price = wanted.price;
        if !same_price.satisfies(wanted) {
            return true;
        }
        let difference = shown.price.difference_to(wanted.price).unsigned_abs();
        let percent_reached =
            difference * 100 >= u64::from(self.min_change_percent) * u64::from(shown.price.0);
        difference > 0
            && (difference >= u64::from(self.min_change.0) || percent_reached || shown.price < cost)
    }
}

/// Not to be bought, at the price that is shown. `shown` itself, when that is so already.
fn hidden(shown: &ShopState) -> ShopState {
    let hidden = ShopState {
        visible: false,
        stock: Some(0),
        price: shown.price,
    };
    if shown.satisfies(&hidden) {
        *shown
    } else {
        hidden
    }
}

impl Urgency {
    /// How much an edit from `shown` to `wanted` hurries, when the product costs `cost`.
    pub fn of(shown: &ShopState, wanted: &ShopState, cost: Option<Yen>) -> Self {
        if shown.visible && !wanted.visible {
            Self::Hide
        } else if shown.visible && cost.is_some_and(|cost| shown.price < cost) {
            Self::BelowCost
        } else {
            Self::Normal
        }
    }
}

impl Default for SellingRule {
    fn default() -> Self {
        let ratio = super::money::Ratio::from_thousandths(1300).expect("1.3 is above 1.0");
        Self {
            strategy: Strategy::Flat(ratio),
            bounds: Bounds::default(),
            min_change: Yen(100),
            min_change_percent: 3,
            filtered_out_after: 2,
            restock_after: Some(TimeDelta::hours(24)),
        }
    }
}
