//! The market: the state of every ASIN on Amazon. It is the opening state of the catalogue, and the
//! changes since, by a control or by the passing of time.
//!
//! Field figures: 15 % of the products change their price in a day; 90 % of these changes are below
//! 5 %, 9 % below 20 %, 1 % larger; 1 % of the products go out of stock or come back in a day.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::market_change::MarketSet;
use crate::catalog::{AsinState, Asins, opening_state};
use crate::random::SeededRandom;
use crate::yen::scaled;

const PURPOSE: u64 = 3;
const PRICE_CHANGES_AN_HOUR: f64 = 0.15 / 24.0;
const STOCK_CHANGES_AN_HOUR: f64 = 0.01 / 24.0;
/// More hours at once would take minutes.
const MAX_DRIFT_HOURS: u64 = 24 * 60;

/// The state of every ASIN on Amazon.
#[derive(Debug, Serialize, Deserialize)]
pub struct Market {
    asins: Asins,
    seed: u64,
    unknown_permille: u32,
    changed: HashMap<String, AsinState>,
    /// Hours for which the market has drifted.
    hours: u64,
}

impl Market {
    pub fn new(asins: Asins, seed: u64, unknown_permille: u32) -> Self {
        Self {
            asins,
            seed,
            unknown_permille,
            changed: HashMap::new(),
            hours: 0,
        }
    }

    pub fn asins(&self) -> &Asins {
        &self.asins
    }

    /// The state of `asin`. An ASIN that neither the catalogue nor a change names is unknown to
    /// Amazon.
    pub fn state(&self, asin: &str) -> Cow<'_, AsinState> {
        match self.changed.get(asin) {
            Some(state) => Cow::Borrowed(state),
            None => Cow::Owned(self.opening(asin)),
        }
    }

    fn opening(&self, asin: &str) -> AsinState {
        match self.asins.number_of(asin) {
            Some(number) => opening_state(self.seed, number, self.unknown_permille),
            None => AsinState::unknown(),
        }
    }

    /// Applies `set`. An ASIN outside the catalogue becomes known to Amazon by it.
    pub fn set(&mut self, set: MarketSet) {
        let mut state = self.state(&set.asin).into_owned();
        state.known = set.known.unwrap_or(true);
        if let Some(too_soon) = set.too_soon {
            state.too_soon = too_soon;
        }
        if let Some(parent) = set.variation_parent {
            state.variation_parent = parent;
        }
        if let Some(offers) = set.offers {
            state.total_offers = i64::try_from(offers.len()).unwrap_or(0);
            state.sold_out = Vec::new();
            state.offers = offers;
        }
        match set.in_stock {
            Some(false) => state.sell_out(),
            Some(true) => state.restock(),
            None => {}
        }
        if let Some(price) = set.price {
            state.reprice(price);
        }
        self.changed.insert(set.asin, state);
    }

    /// Hours for which the market has drifted.
    pub fn hours(&self) -> u64 {
        self.hours
    }

    /// Lets `hours` hours pass, at most 60 days. Returns how many ASINs changed.
    pub fn drift(&mut self, hours: u64) -> usize {
        let first = self.hours;
        let last = first.saturating_add(hours.min(MAX_DRIFT_HOURS));
        self.hours = last;
        let mut changed = 0;
        for number in 0..self.asins.count() {
            let mut moved = false;
            for hour in first..last {
                let mut random = SeededRandom::new(self.seed, PURPOSE + (hour << 8), number as u64);
                let roll = random.unit();
                if roll < PRICE_CHANGES_AN_HOUR + STOCK_CHANGES_AN_HOUR {
                    self.step(number, roll >= PRICE_CHANGES_AN_HOUR, &mut random);
                    moved = true;
                }
            }
            changed += usize::from(moved);
        }
        changed
    }

    fn step(&mut self, number: usize, stock_changes: bool, random: &mut SeededRandom) {
        let asin = self.asins.nth(number);
        let mut state = self.state(&asin).into_owned();
        if !state.known {
            return;
        }
        match (stock_changes, state.best().map(|offer| offer.price)) {
            (true, Some(_)) => state.sell_out(),
            (true, None) => state.restock(),
            (false, Some(price)) => state.reprice(moved_price(price, random)),
            (false, None) => return,
        }
        self.changed.insert(asin, state);
    }
}

fn moved_price(price: i64, random: &mut SeededRandom) -> i64 {
    let range = match random.between(0, 99) {
        0 => 0.5,
        1..=9 => 0.2,
        _ => 0.05,
    };
    let factor = 1.0 + range * (random.unit() * 2.0 - 1.0);
    let moved = scaled(price, factor);
    if moved == price {
        price + 1
    } else {
        moved.max(100)
    }
}
