//! The state of one ASIN on Amazon, and how it changes.

use serde::{Deserialize, Serialize};

use super::true_offer::TrueOffer;

/// Amazon lists at most 20 offers of the requested condition.
pub const MAX_LISTED_OFFERS: usize = 20;

/// The state of one ASIN on Amazon. The market controls and the state file use the same JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AsinState {
    /// False if Amazon does not know the ASIN, and answers with item status 400.
    pub known: bool,
    /// True while Amazon answers `ActiveButTooSoonForProcessing`.
    pub too_soon: bool,
    /// A parent of variations, which nobody can buy: `NoBuyableOffers` for ever.
    #[serde(default)]
    pub variation_parent: bool,
    /// The offers in new condition that Amazon lists, at most 20.
    pub offers: Vec<TrueOffer>,
    /// The number of offers of all conditions, listed or not.
    pub total_offers: i64,
    /// The offers that come back when the ASIN is in stock again.
    #[serde(default)]
    pub sold_out: Vec<TrueOffer>,
    /// The price around which the offers were drawn.
    #[serde(default)]
    pub list_price: i64,
}

impl AsinState {
    /// An ASIN that Amazon does not know.
    pub fn unknown() -> Self {
        Self {
            known: false,
            too_soon: false,
            variation_parent: false,
            offers: Vec::new(),
            total_offers: 0,
            sold_out: Vec::new(),
            list_price: 1_000,
        }
    }

    /// The offer that the shop owner would sell from: best score, then lowest price, then first.
    pub fn best(&self) -> Option<&TrueOffer> {
        let usable = self.offers.iter().filter(|offer| offer.is_usable());
        usable.min_by_key(|offer| (-offer.score(), offer.price))
    }

    /// Removes all offers until [`restock`](Self::restock).
    pub fn sell_out(&mut self) {
        if !self.offers.is_empty() {
            self.sold_out = std::mem::take(&mut self.offers);
        }
        self.total_offers = 0;
    }

    /// Brings the offers back, and adds a usable one if none of them is usable.
    pub fn restock(&mut self) {
        if self.offers.is_empty() {
            self.offers = std::mem::take(&mut self.sold_out);
            self.total_offers = i64::try_from(self.offers.len()).unwrap_or(0);
        }
        if self.best().is_none() {
            self.offers.truncate(MAX_LISTED_OFFERS - 1);
            self.offers.push(TrueOffer {
                price: self.list_price,
                ..TrueOffer::default()
            });
            self.total_offers += 1;
        }
    }

    /// Sets the price of the best offer. The other prices change in proportion, so that the best
    /// offer stays the best.
    pub fn reprice(&mut self, price: i64) {
        if self.best().is_none() {
            self.list_price = price;
            self.restock();
        }
        let Some(best) = self.best() else { return };
        let (old, score) = (best.price, best.score());
        let mut done = false;
        for offer in &mut self.offers {
            let is_best = offer.is_usable() && offer.score() == score && offer.price == old;
            if is_best && !done {
                offer.price = price;
                done = true;
            } else {
                let scaled = i128::from(offer.price) * i128::from(price) / i128::from(old.max(1));
                offer.price = i64::try_from(scaled).unwrap_or(price).max(1);
                if offer.is_usable() && offer.score() == score {
                    offer.price = offer.price.max(price);
                }
            }
        }
        self.list_price = price;
    }
}
