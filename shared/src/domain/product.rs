//! What we know of one ASIN on Amazon, and how an observation changes it.

use super::asin::Asin;
use super::money::Yen;
use super::observation::{Finding, Observation};
use super::offer::Rejection;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A value and the instant at which Amazon told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen<T> {
    /// The value.
    pub value: T,
    /// When it was observed.
    pub at: DateTime<Utc>,
}

/// What we know of one ASIN: each part with its own time, so that a new price never makes an old
/// stock look fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The product.
    pub asin: Asin,
    /// The last price; kept while the product is out of stock.
    pub price: Option<Seen<Yen>>,
    /// The last stock.
    pub stock: Option<Seen<Stock>>,
    /// Amazon does not know the ASIN; not asked again until a person clears it.
    pub invalid_since: Option<DateTime<Utc>>,
}

/// Whether the shop could buy the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    /// An offer passed the rule.
    In,
    /// Nobody offers it.
    NoOffer,
    /// Offers, none of which passed, seen this many times in a row; the commonest reason.
    FilteredOut {
        /// 1 at the first sight.
        times: u32,
        /// Why the most offers were turned down.
        why: Rejection,
    },
}

/// What an observation changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// Old and new price, when both are known and differ.
    pub price: Option<(Yen, Yen)>,
    /// The direction, when the old stock is known and differs.
    pub stock: Option<StockChange>,
}

/// Which way the stock went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockChange {
    /// Sold out.
    ToOut,
    /// Back again.
    ToIn,
}

impl Stock {
    /// In stock in the sense of the report.
    pub fn is_in(self) -> bool {
        self == Self::In
    }
}

impl Product {
    /// A product of which nothing is known yet.
    pub fn unknown(asin: Asin) -> Self {
        Self {
            asin,
            price: None,
            stock: None,
            invalid_since: None,
        }
    }

    /// Whether the shop should show it: `None` while that is not known, or while offers that fail
    /// the rule have not been seen `filtered_out_after` times in a row.
    pub fn sellable(&self, filtered_out_after: u32) -> Option<bool> {
        match self.stock?.value {
            Stock::In => Some(true),
            Stock::NoOffer => Some(false),
            Stock::FilteredOut { times, .. } => (times >= filtered_out_after).then_some(false),
        }
    }

    /// Takes over what `observation` says and tells what changed.
    ///
    /// An observation that is not newer than what is stored changes nothing, and neither does an
    /// error: a slow worker of an earlier run must not overwrite a newer value, and a failure must
    /// not hide a product. A price proves that Amazon knows the ASIN, and clears the mark.
    pub fn observe(&mut self, observation: &Observation) -> Change {
        let at = observation.observed_at;
        let newest = self.stock.map(|stock| stock.at).max(self.invalid_since);
        if newest.is_some_and(|newest| newest >= at) {
            return Change::default();
        }
        match observation.finding {
            Finding::Priced(price) if price > Yen(0) => {
                self.invalid_since = None;
                Change {
                    price: self.set_price(price, at),
                    stock: self.set_stock(Stock::In, at),
                }
            }
            Finding::NoOffer => Change {
                price: None,
                stock: self.set_stock(Stock::NoOffer, at),
            },
            Finding::FilteredOut(why) => {
                let times = match self.stock.map(|stock| stock.value) {
                    Some(Stock::FilteredOut { times, .. }) => times.saturating_add(1),
                    _ => 1,
                };
                Change {
                    price: None,
                    stock: self.set_stock(Stock::FilteredOut { times, why }, at),
                }
            }
            Finding::InvalidAsin => {
                self.invalid_since.get_or_insert(at);
                Change::default()
            }
            // No rule lets a price of 0 through; stored, it would be sold for nothing.
            Finding::ApiError(_) | Finding::Absent | Finding::Priced(_) => Change::default(),
        }
    }

    /// Price and stock may come from different sources, so the price has its own say on what is newer.
    fn set_price(&mut self, price: Yen, at: DateTime<Utc>) -> Option<(Yen, Yen)> {
        if self.price.is_some_and(|known| known.at >= at) {
            return None;
        }
        let old = self.price.replace(Seen { value: price, at });
        old.map(|old| (old.value, price))
            .filter(|(old, new)| old != new)
    }

    fn set_stock(&mut self, stock: Stock, at: DateTime<Utc>) -> Option<StockChange> {
        let old = self.stock.replace(Seen { value: stock, at })?;
        match (old.value.is_in(), stock.is_in()) {
            (true, false) => Some(StockChange::ToOut),
            (false, true) => Some(StockChange::ToIn),
            _ => None,
        }
    }
}
