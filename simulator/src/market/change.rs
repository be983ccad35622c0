//! Changes of the market by hand: a price, the stock, or the whole list of offers of an ASIN.

use serde::{Deserialize, Serialize};

use super::Market;
use crate::catalog::{AsinState, TrueOffer};

/// What the market control takes: ASINs to set, then hours to let pass.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketChange {
    pub set: Vec<MarketSet>,
    #[serde(rename = "move")]
    pub moved: Option<MarketMove>,
}

/// Lets the whole market drift.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketMove {
    pub hours: u64,
}

/// What becomes true of one ASIN; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketSet {
    pub asin: String,
    /// Whole yen of the offer that the shop sells from; the other offers move along.
    pub price: Option<i64>,
    pub in_stock: Option<bool>,
    pub offers: Option<Vec<TrueOffer>>,
    /// False makes the ASIN unknown to Amazon.
    pub known: Option<bool>,
    /// True makes Amazon say `ActiveButTooSoonForProcessing`.
    pub too_soon: Option<bool>,
}

impl Market {
    /// Makes `set` true. An ASIN outside the catalogue becomes known by being set.
    pub fn set(&mut self, set: MarketSet) {
        let mut state = self.state(&set.asin).into_owned();
        state.known = set.known.unwrap_or(true);
        if let Some(too_soon) = set.too_soon {
            state.too_soon = too_soon;
        }
        if let Some(offers) = set.offers {
            state.total_offers = i64::try_from(offers.len()).unwrap_or(0);
            state.asleep = Vec::new();
            state.offers = offers;
        }
        match set.in_stock {
            Some(false) => run_out(&mut state),
            Some(true) => come_back(&mut state),
            None => {}
        }
        if let Some(price) = set.price {
            reprice(&mut state, price);
        }
        self.changed.insert(set.asin, state);
    }
}

/// Takes every offer away and remembers them.
pub(super) fn run_out(state: &mut AsinState) {
    if !state.offers.is_empty() {
        state.asleep = std::mem::take(&mut state.offers);
    }
    state.total_offers = 0;
}

/// Brings the offers back, and a usable one if none of them is.
pub(super) fn come_back(state: &mut AsinState) {
    if state.offers.is_empty() {
        state.offers = std::mem::take(&mut state.asleep);
        state.total_offers = i64::try_from(state.offers.len()).unwrap_or(0);
    }
    if state.best().is_none() {
        state.offers.truncate(crate::catalog::MAX_LISTED_OFFERS - 1);
        state.offers.push(TrueOffer {
            price: state.list_price,
            ..TrueOffer::default()
        });
        state.total_offers += 1;
    }
}

/// Makes `price` the price of the best offer. The other offers keep their distance, so that the
/// best offer stays the best.
pub(super) fn reprice(state: &mut AsinState, price: i64) {
    if state.best().is_none() {
        state.list_price = price;
        come_back(state);
    }
    let Some(best) = state.best() else { return };
    let (old, score) = (best.price, best.score());
    let mut set_one = false;
    for offer in &mut state.offers {
        let is_best = offer.is_usable() && offer.score() == score && offer.price == old;
        if is_best && !set_one {
            offer.price = price;
            set_one = true;
        } else {
            let scaled = i128::from(offer.price) * i128::from(price) / i128::from(old.max(1));
            offer.price = i64::try_from(scaled).unwrap_or(price).max(1);
            if offer.is_usable() && offer.score() == score {
                offer.price = offer.price.max(price);
            }
        }
    }
    state.list_price = price;
}
