//! What a listing should look like in the shop, and whether the difference is worth an edit.

use super::listing::ShopState;
use super::money::Yen;
use super::outcome::words;
use super::pricing::{Bounds, Strategy};
use super::product::Product;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The stock of an item for sale: one piece, since each order is bought on Amazon.
const STOCK_FOR_SALE: u32 = 1;

/// The shop keeper's rules for selling (`PRICE_*` and `UPDATE_*` settings).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellingRule {
    /// How the selling price follows Amazon's price.
    pub strategy: Strategy,
    /// Accepted selling prices.
    pub bounds: Bounds,
    /// A price that differs by this many yen is worth an edit.
    pub min_change: Yen,
    /// A price that differs by this many percent of the shown price is worth an edit.
    pub min_change_percent: u32,
    /// A listing is hidden when all offers failed the rule this many times in a row.
    pub filtered_out_after: u32,
    /// The cool-down: how long an item that sold out in the shop keeps stock 0
    /// (`RESTOCK_AFTER_HOURS`); `None` until a person stocks it.
    pub restock_after: Option<TimeDelta>,
}

/// The decision about a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desire {
    /// Too little is known to change it.
    Undecided,
    /// The state it should have; equal to the shown state when no edit is due.
    State(ShopState),
    /// A person has to decide; until then it should have this state.
    Held(HoldReason, ShopState),
}

/// Why a listing is held for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The selling price would be below the lowest accepted one.
    PriceBelowBounds,
    /// The selling price would be above the highest accepted one.
    PriceAboveBounds,
    /// BASE does not let the API edit this item.
    NotEditable,
    /// A sale of the platform asks buyers for less than the product costs.
    SaleBelowCost,
    /// So many products would be hidden at once that Amazon's answers may be broken. This holds the
    /// update of one run, never the desired state.
    MassChange,
}

words!(HoldReason {
    PriceBelowBounds => "price_below_bounds",
    PriceAboveBounds => "price_above_bounds",
    NotEditable => "not_editable",
    SaleBelowCost => "sale_below_cost",
    MassChange => "mass_change",
});

/// The priority of an update, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Shown, but cannot be bought on Amazon: every order loses money.
    Hide,
    /// Shown at a price below its cost: every order loses money.
    BelowCost,
    /// All other updates.
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
    /// A price outside the bounds is held, never clamped. A held listing that is shown below cost
    /// is hidden, since a sale would lose money.
    pub fn desire(&self, product: &Product, shown: &ShopState) -> Desire {
        self.desire_with(product, shown, STOCK_FOR_SALE)
    }

    /// As [`Self::desire`], for an item that sold out in the shop and is in its cool-down: its
    /// stock is 0.
    pub fn desire_cooling_down(&self, product: &Product, shown: &ShopState) -> Desire {
        self.desire_with(product, shown, 0)
    }

    /// Whether an item that was first seen sold out in the shop at `since` is in its cool-down at
    /// `now`.
    pub fn cools_down(&self, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        since.is_some_and(|since| self.restock_after.is_none_or(|after| now < since + after))
    }

    /// What becomes of `desire` while a sale of the platform asks buyers for the price `sale`, whatever
    /// price is set: below cost the item is hidden, and a person has to end the sale.
    #[must_use]
    pub fn during_sale(
        desire: Desire,
        sale: Option<Yen>,
        product: &Product,
        shown: &ShopState,
    ) -> Desire {
        let (Desire::State(state) | Desire::Held(_, state)) = desire else {
            return desire;
        };
        let cost = product.price.map(|price| price.value);
        if state.visible && is_at_a_loss(sale, cost) {
            Desire::Held(HoldReason::SaleBelowCost, hidden(shown))
        } else {
            desire
        }
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
        let due = self.due(shown, &wanted, cost);
        Desire::State(if due { wanted } else { *shown })
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

    /// Whether the difference is worth an edit: visibility or stock differ, the price differs by
    /// `min_change` or `min_change_percent`, or the shown price is below cost (loss guard).
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

/// Whether a sale at this price loses money.
pub fn is_at_a_loss(sale: Option<Yen>, cost: Option<Yen>) -> bool {
    sale.zip(cost).is_some_and(|(sale, cost)| sale < cost)
}

/// The hidden state at the shown price; `shown` itself if it is hidden already.
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
    /// The urgency of an edit from `shown` to `wanted`, when the product costs `cost`.
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
