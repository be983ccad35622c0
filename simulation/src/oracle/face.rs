//! What an item shows, and what it must show (section 6).

use super::knowledge::{BuyState, ProductKnown};
use super::pricing::{Selling, price_edit_is_due, selling};
use super::rules::KeeperRules;

/// What an item shows in its shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemFace {
    /// Its price in yen.
    pub price: i64,
    /// Whether buyers see it.
    pub visible: bool,
    /// Its stock; `None` if it is not known, or if it is not ours to set.
    pub stock: Option<i64>,
}

/// What must be done about a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing is known well enough: it stays as it is.
    Unchanged,
    /// It must show this.
    Shows(ItemFace),
    /// Its price is out of bounds: held for a person. It stays as it is, but for a hide where it is below cost.
    Held(ItemFace),
}

impl Wanted {
    /// The face that the item has afterwards.
    pub fn face(&self, shown: ItemFace) -> ItemFace {
        match self {
            Self::Unchanged => shown,
            Self::Shows(face) | Self::Held(face) => *face,
        }
    }
}

/// What a listing that shows `shown` must show for what is known of its product.
pub fn wanted(known: &ProductKnown, shown: ItemFace, rules: &KeeperRules) -> Wanted {
    let hidden = ItemFace {
        price: shown.price,
        visible: false,
        stock: Some(0),
    };
    match known.standing {
        BuyState::NoOffer => Wanted::Shows(hidden),
        BuyState::NonePassed(times) if times >= rules.filtered_hides_after => Wanted::Shows(hidden),
        BuyState::Unknown | BuyState::NonePassed(_) => Wanted::Unchanged,
        BuyState::InStock => match known.cost {
            None => Wanted::Unchanged,
            Some(cost) => wanted_in_stock(cost, shown, hidden, rules),
        },
    }
}

fn wanted_in_stock(cost: i64, shown: ItemFace, hidden: ItemFace, rules: &KeeperRules) -> Wanted {
    let Selling::At(exact) = selling(cost, rules) else {
        let loses = shown.visible && shown.price < cost;
        return Wanted::Held(if loses { hidden } else { shown });
    };
    let exactly = ItemFace {
        price: exact,
        visible: true,
        stock: Some(1),
    };
    // Beside another difference the price is brought along; alone it must be worth an edit.
    let beside = ItemFace {
        price: shown.price,
        ..exactly
    };
    if edit_is_due(shown, beside) || price_edit_is_due(shown.price, exact, cost, rules) {
        Wanted::Shows(exactly)
    } else {
        Wanted::Shows(shown)
    }
}

/// Whether an edit is due to bring an item from one face to another: a stock that is not known is no difference.
pub fn edit_is_due(shown: ItemFace, wanted: ItemFace) -> bool {
    let stock_differs = matches!((shown.stock, wanted.stock), (Some(a), Some(b)) if a != b);
    shown.visible != wanted.visible || shown.price != wanted.price || stock_differs
}

/// How urgent an edit is: hides first, then rises from below cost, then the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hurry {
    /// It hides the item.
    Hide,
    /// The item is shown for less than the product costs.
    BelowCost,
    /// Any other.
    Rest,
}

/// The hurry of an edit, for a product of this cost.
pub fn hurry(shown: ItemFace, wanted: ItemFace, cost: Option<i64>) -> Hurry {
    let loses = shown.visible && cost.is_some_and(|cost| shown.price < cost);
    if shown.visible && !wanted.visible {
        Hurry::Hide
    } else if loses {
        Hurry::BelowCost
    } else {
        Hurry::Rest
    }
}
