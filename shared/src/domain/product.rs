//! The known state of one ASIN on Amazon, and how an observation changes it.

use super::asin::Asin;
use super::money::Yen;
use super::observation::{Finding, Observation};
use super::offer::Rejection;
use super::outcome::words;
use super::price_fall::{PriceFallRule, agree};
use super::wrong_clock::is_future;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A value and the instant at which Amazon answered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen<T> {
    /// The value.
    pub value: T,
    /// When it was observed.
    pub at: DateTime<Utc>,
}

/// The known state of one ASIN. Each part has its own time, so that a new price never makes an old
/// stock look fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The product.
    pub asin: Asin,
    /// The last price; kept while the product is out of stock.
    pub price: Option<Seen<Yen>>,
    /// A price that fell too far to be believed, until the next answer about price or stock.
    pub doubted: Option<Seen<Yen>>,
    /// The last stock.
    pub stock: Option<Seen<Stock>>,
    /// Amazon called the ASIN invalid, and has not answered for it since.
    pub invalid: Option<InvalidMark>,
}

/// When Amazon called an ASIN invalid. It does so now and then for products that it sells, for a day
/// (selling-partner-api-models issue 355), so the ASIN is asked for again: daily for a week, then weekly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidMark {
    /// The first time.
    pub since: DateTime<Utc>,
    /// The last time.
    pub seen_at: DateTime<Utc>,
}

impl InvalidMark {
    /// From one request to the next in the first week; an hour less than a day, since a run does not reach an
    /// ASIN at the same minute every day.
    const DAILY: TimeDelta = TimeDelta::hours(23);
    /// The same afterwards.
    const WEEKLY: TimeDelta = TimeDelta::hours(7 * 24 - 1);

    /// The latest instants of a daily and of a weekly request after which the next is due at `now`. The
    /// weekly one applies to marks that began before it.
    pub fn due_before(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        (now - Self::DAILY, now - Self::WEEKLY)
    }

    /// Whether the ASIN is to be asked for again at `now`.
    pub fn is_due(self, now: DateTime<Utc>) -> bool {
        let (daily, weekly) = Self::due_before(now);
        self.seen_at <= weekly
            || self.seen_at <= daily && self.since > weekly
            || is_future(self.seen_at, now)
    }
}

/// Whether the shop could buy the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    /// An offer passed the rule.
    In,
    /// Amazon has no offer.
    NoOffer,
    /// All offers were rejected.
    FilteredOut {
        /// How many times in a row; 1 at the first time.
        times: u32,
        /// The most common reason.
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
    /// A price of this or of the previous answer that fell too far, and that no second answer has
    /// confirmed: the last price stays.
    pub doubted: Option<Yen>,
}

/// The direction of a stock change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockChange {
    /// Sold out.
    ToOut,
    /// Back again.
    ToIn,
}

words!(StockChange {
    ToOut => "to_out",
    ToIn => "to_in",
});

impl Stock {
    /// Whether the product counts as in stock.
    pub fn is_in(self) -> bool {
        self == Self::In
    }
}

impl Product {
    /// A product without any observation.
    pub fn unknown(asin: Asin) -> Self {
        Self {
            asin,
            price: None,
            doubted: None,
            stock: None,
            invalid: None,
        }
    }

    /// Whether the shop should show the product. `None` if the stock is unknown, or if all offers
    /// were rejected fewer than `filtered_out_after` times in a row.
    pub fn sellable(&self, filtered_out_after: u32) -> Option<bool> {
        match self.stock?.value {
            Stock::In => Some(true),
            Stock::NoOffer => Some(false),
            Stock::FilteredOut { times, .. } => (times >= filtered_out_after).then_some(false),
        }
    }

    /// Dates the parts that a wrong clock has dated after `now` to just before `seen_at`: an answer of
    /// that instant replaces them, and what it does not replace is as old as that.
    pub fn heal(&mut self, seen_at: DateTime<Utc>, now: DateTime<Utc>) {
        let before = seen_at - TimeDelta::milliseconds(1);
        let price = self.price.as_mut().map(|price| &mut price.at);
        let stock = self.stock.as_mut().map(|stock| &mut stock.at);
        let mark = self.invalid.as_mut();
        let (since, marked_at) = mark
            .map(|mark| (&mut mark.since, &mut mark.seen_at))
            .unzip();
        for at in [price, stock, since, marked_at] {
            if let Some(at) = at.filter(|at| is_future(**at, now)) {
                *at = before;
            }
        }
    }

    /// Applies `observation` and returns what changed.
    ///
    /// An observation that is not newer than the stored values changes nothing, so that a slow
    /// worker of an earlier run cannot overwrite a newer value. Neither does an error, so that a
    /// failure cannot hide a product. A price that `falls` doubts changes only the stock, until a
    /// second answer tells the same price. Any answer about offers proves that Amazon knows the ASIN.
    pub fn observe(&mut self, observation: &Observation, falls: PriceFallRule) -> Change {
        let at = observation.observed_at;
        let marked_at = self.invalid.map(|mark| mark.seen_at);
        let newest = self.stock.map(|stock| stock.at).max(marked_at);
        if newest.is_some_and(|newest| newest >= at) {
            return Change::default();
        }
        match observation.finding {
            Finding::Priced(price) if price > Yen(0) => {
                self.invalid = None;
                let doubted = self.doubt(price, at, falls);
                let believed = self.doubted.is_none().then(|| self.set_price(price, at));
                Change {
                    price: believed.flatten(),
                    stock: self.set_stock(Stock::In, at),
                    doubted,
                }
            }
            Finding::NoOffer => {
                self.invalid = None;
                Change {
                    price: None,
                    stock: self.set_stock(Stock::NoOffer, at),
                    doubted: self.doubted.take().map(|doubted| doubted.value),
                }
            }
            Finding::FilteredOut(why) => {
                self.invalid = None;
                let times = match self.stock.map(|stock| stock.value) {
                    Some(Stock::FilteredOut { times, .. }) => times.saturating_add(1),
                    _ => 1,
                };
                Change {
                    price: None,
                    stock: self.set_stock(Stock::FilteredOut { times, why }, at),
                    doubted: self.doubted.take().map(|doubted| doubted.value),
                }
            }
            Finding::InvalidAsin => {
                let since = self.invalid.map_or(at, |mark| mark.since);
                self.invalid = Some(InvalidMark { since, seen_at: at });
                Change::default()
            }
            // The offer rule accepts no price of 0; a stored one would sell the product for
            // nothing.
            Finding::ApiError(_) | Finding::Absent | Finding::Priced(_) => Change::default(),
        }
    }

    /// Doubts `price`, or ends the doubt about an earlier one. Returns the price that no second
    /// answer has confirmed.
    fn doubt(&mut self, price: Yen, at: DateTime<Utc>, falls: PriceFallRule) -> Option<Yen> {
        let earlier = self.doubted.take().map(|doubted| doubted.value);
        if !self
            .price
            .is_some_and(|known| falls.doubts(known.value, price))
        {
            return earlier;
        }
        if earlier.is_some_and(|earlier| agree(earlier, price)) {
            return None;
        }
        self.doubted = Some(Seen { value: price, at });
        Some(price)
    }

    /// The price has its own time, since price and stock may come from different sources.
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
