//! The market: what is true on Amazon now. The opening state of the catalogue, and what has
//! changed since, by hand or by time.

use std::borrow::Cow;
use std::collections::HashMap;

use super::market_change::MarketSet;
use crate::catalog::{AsinState, Asins, opening_state};
use crate::random::SeededRandom;
use crate::yen::scaled;

const PURPOSE: u64 = 3;
const PRICE_MOVES_AN_HOUR: f64 = 0.15 / 24.0;
const FLIPS_AN_HOUR: f64 = 0.01 / 24.0;
/// More hours than this at once are of no use and would take minutes.
const MOST_HOURS: u64 = 24 * 60;

/// What is true on Amazon of every ASIN.
#[derive(Debug)]
pub struct Market {
    asins: Asins,
    seed: u64,
    unknown_permille: u32,
    changed: HashMap<String, AsinState>,
    /// Hours by which the whole market has drifted.
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

    /// What is true of `asin`; unknown to Amazon if neither the catalogue nor a change names it.
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
            Some(false) => state.sell_out(),
            Some(true) => state.restock(),
            None => {}
        }
        if let Some(price) = set.price {
            state.reprice(price);
        }
        self.changed.insert(set.asin, state);
    }

    /// How many hours have passed in the market.
    pub fn hours(&self) -> u64 {
        self.hours
    }

    /// Lets `hours` hours pass; returns how many ASINs were touched. At most 60 days at once.
    pub fn drift(&mut self, hours: u64) -> usize {
        let first = self.hours;
        let last = first.saturating_add(hours.min(MOST_HOURS));
        self.hours = last;
        let mut touched = 0;
        for number in 0..self.asins.count() {
            let mut moved = false;
            for hour in first..last {
                let mut draws = SeededRandom::new(self.seed, PURPOSE + (hour << 8), number as u64);
                let dice = draws.unit();
                if dice < PRICE_MOVES_AN_HOUR + FLIPS_AN_HOUR {
                    self.step(number, dice >= PRICE_MOVES_AN_HOUR, &mut draws);
                    moved = true;
                }
            }
            touched += usize::from(moved);
        }
        touched
    }

    fn step(&mut self, number: usize, flips: bool, draw: &mut SeededRandom) {
        let asin = self.asins.nth(number);
        let mut state = self.state(&asin).into_owned();
        if !state.known {
            return;
        }
        match (flips, state.best().map(|offer| offer.price)) {
            (true, Some(_)) => state.sell_out(),
            (true, None) => state.restock(),
            (false, Some(price)) => state.reprice(moved_price(price, draw)),
            (false, None) => return,
        }
        self.changed.insert(asin, state);
    }
}

fn moved_price(price: i64, draw: &mut SeededRandom) -> i64 {
    let reach = match draw.between(0, 99) {
        0 => 0.5,
        1..=9 => 0.2,
        _ => 0.05,
    };
    let factor = 1.0 + reach * (draw.unit() * 2.0 - 1.0);
    let moved = scaled(price, factor);
    if moved == price {
        price + 1
    } else {
        moved.max(100)
    }
}
