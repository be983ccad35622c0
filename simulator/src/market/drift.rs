//! How the market moves by itself, hour by hour, the same for the same seed.
//!
//! Figures of the fact sheet: 15 % of the range changes price on a day; of the moves 90 % lie
//! within 5 %, 9 % within 20 %, 1 % beyond; availability flips for 1 % a day.

use super::Market;
use super::change::{come_back, reprice, run_out};
use crate::catalog::Draw;

const PURPOSE: u64 = 3;
const PRICE_MOVES_AN_HOUR: f64 = 0.15 / 24.0;
const FLIPS_AN_HOUR: f64 = 0.01 / 24.0;
/// More hours than this at once are of no use and would take minutes.
const MOST_HOURS: u64 = 24 * 60;

impl Market {
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
                let mut draws = Draw::new(self.seed, PURPOSE + (hour << 8), number as u64);
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

    fn step(&mut self, number: usize, flips: bool, draw: &mut Draw) {
        let asin = self.asins.nth(number);
        let mut state = self.state(&asin).into_owned();
        if !state.known {
            return;
        }
        match (flips, state.best().map(|offer| offer.price)) {
            (true, Some(_)) => run_out(&mut state),
            (true, None) => come_back(&mut state),
            (false, Some(price)) => reprice(&mut state, moved_price(price, draw)),
            (false, None) => return,
        }
        self.changed.insert(asin, state);
    }
}

fn moved_price(price: i64, draw: &mut Draw) -> i64 {
    let reach = match draw.between(0, 99) {
        0 => 0.5,
        1..=9 => 0.2,
        _ => 0.05,
    };
    let factor = 1.0 + reach * (draw.unit() * 2.0 - 1.0);
    let moved = crate::catalog::scaled(price, factor);
    if moved == price {
        price + 1
    } else {
        moved.max(100)
    }
}
