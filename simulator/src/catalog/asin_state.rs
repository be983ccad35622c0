//! All that is true on Amazon of one ASIN, and how it changes.

use serde::{Deserialize, Serialize};

use super::true_offer::TrueOffer;

/// Amazon lists at most 20 offers of the condition asked for.
pub const MAX_LISTED_OFFERS: usize = 20;

/// All that is true of one ASIN now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AsinState {
    /// False where Amazon does not know the ASIN: item status 400.
    pub known: bool,
    /// True while Amazon says `ActiveButTooSoonForProcessing`.
    pub too_soon: bool,
    /// New offers as listed, at most 20.
    pub offers: Vec<TrueOffer>,
    /// Offers of all conditions, listed or not.
    pub total_offers: i64,
    /// What came back into stock would be offered like this.
    #[serde(skip)]
    pub asleep: Vec<TrueOffer>,
    /// The price around which the offers were drawn.
    #[serde(skip)]
    pub list_price: i64,
}

impl AsinState {
    /// An ASIN that Amazon has never heard of.
    pub fn unknown() -> Self {
        Self {
            known: false,
            too_soon: false,
            offers: Vec::new(),
            total_offers: 0,
            asleep: Vec::new(),
            list_price: 1_000,
        }
    }

    /// The offer that the shop keeper sells from: best score, then lowest price, then first.
    pub fn best(&self) -> Option<&TrueOffer> {
        self.offers
            .iter()
            .filter(|offer| offer.is_usable())
            .min_by_key(|offer| (-offer.score(), offer.price))
    }

    /// Takes every offer away and remembers them.
    pub fn sell_out(&mut self) {
        if !self.offers.is_empty() {
            self.asleep = std::mem::take(&mut self.offers);
        }
        self.total_offers = 0;
    }

    /// Brings the offers back, and a usable one if none of them is.
    pub fn restock(&mut self) {
        if self.offers.is_empty() {
            self.offers = std::mem::take(&mut self.asleep);
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

    /// Makes `price` the price of the best offer. The other offers keep their distance, so that the
    /// best offer stays the best.
    pub fn reprice(&mut self, price: i64) {
        if self.best().is_none() {
            self.list_price = price;
            self.restock();
        }
        let Some(best) = self.best() else { return };
        let (old, score) = (best.price, best.score());
        let mut set_one = false;
        for offer in &mut self.offers {
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
        self.list_price = price;
    }
}
